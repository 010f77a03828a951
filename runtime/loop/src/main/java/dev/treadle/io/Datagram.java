package dev.treadle.io;

import java.net.InetSocketAddress;

/**
 * What a {@link UdpSocket} has received. Any thread.
 *
 * @param address who sent it
 * @param bytes all of it; nobody else has this array
 */
public record Datagram(InetSocketAddress address, byte[] bytes) {
  @Override
  public String toString() {
    return "Datagram[" + bytes.length + " bytes from " + address + "]";
  }
}
