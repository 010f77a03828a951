package dev.treadle;

import static dev.treadle.Treadle.await;
import static dev.treadle.Treadle.group;
import static dev.treadle.Treadle.moveOnAfter;
import static dev.treadle.Treadle.sleep;
import static dev.treadle.Treadle.spawn;
import static dev.treadle.Treadle.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.treadle.queue.QueueClosedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * When virtual time stands still for channels, and what they are to a diagnosis of deadlocks. A
 * grace is a second: what would take one at each of its steps does not end in time.
 */
@Timeout(60)
class ChannelTimeTest {
  private static final Duration NANO = Duration.ofNanos(1);
  private static final int MANY = 200;

  /** More than a socket's buffers take. */
  private static final int BIG = 32 << 20;

  static Stream<Transport> transports() {
    return Arrays.stream(Transport.values()).filter(Transport::isAvailable);
  }

  private static LoopBuilder virtual(Transport transport) {
    return Virtually.loop().transport(transport);
  }

  // kotlinx #4505, #3179: time that moved on while an answer was under way.
  @ParameterizedTest
  @MethodSource("transports")
  void shouldStandStillWhileTasksTalkOverTheLoopback(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen();
          spawn(() -> echo(server.accepted.take()));
          Link client = withTimeout(NANO, () -> Link.connect(server.address()));
          for (int n = 0; n < MANY; n++) {
            client.send(n);
            assertThat(withTimeout(NANO, () -> client.received.take())).isEqualTo(n);
          }
          assertThat(Loop.current().time()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldJumpAtOnceWhenNothingIsUnderWay(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen();
          spawn(() -> echo(server.accepted.take()));
          Link client = Link.connect(server.address());
          for (int n = 0; n < MANY; n++) {
            client.send(n);
            assertThat(client.received.take()).isEqualTo(n);
            sleep(Duration.ofSeconds(1));
          }
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(MANY));
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldCountTheBytesOfTheWireWhenAHandlerStandsFirst(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen(Doubling.both());
          spawn(() -> echo(server.accepted.take()));
          Link client = Link.connect(server.address(), Doubling.both());
          for (int n = 0; n < MANY; n++) {
            client.send(n);
            assertThat(withTimeout(NANO, () -> client.received.take())).isEqualTo(n);
            sleep(Duration.ofSeconds(1));
          }
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(MANY));
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldStandStillUntilTheOtherEndHasSeenTheClose(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen();
          for (int n = 0; n < 20; n++) {
            Link client = Link.connect(server.address());
            Link accepted = withTimeout(NANO, () -> server.accepted.take());
            client.channel.close();
            withTimeout(
                NANO,
                () ->
                    assertThatExceptionOfType(QueueClosedException.class)
                        .isThrownBy(accepted.received::take));
          }
          assertThat(Loop.current().time()).isZero();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldJumpWhenTheReaderDoesNotRead(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen();
          Link client = Link.connect(server.address());
          Link accepted = server.accepted.take();
          for (int n = 0; n < MANY; n++) {
            accepted.channel.config().setAutoRead(false);
            client.send(n);
            sleep(Duration.ofSeconds(1));
            assertThat(accepted.received.isEmpty()).isTrue();
            accepted.channel.config().setAutoRead(true);
            assertThat(withTimeout(NANO, () -> accepted.received.take())).isEqualTo(n);
          }
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(MANY));
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGiveAPeerOnAThreadTheTimeToAnswer(Transport transport) throws IOException {
    try (Peer peer = new Peer()) {
      Link.run(
          virtual(transport).deadlockAfter(Duration.ofMinutes(1)),
          () -> {
            Link client = withTimeout(NANO, () -> Link.connect(peer.address()));
            for (int n = 0; n < MANY; n++) {
              client.send(n);
              assertThat(withTimeout(NANO, () -> client.received.take())).isEqualTo(n);
            }
            assertThat(Loop.current().time()).isZero();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGiveAPeerElsewhereOneGraceForAllItDoesNot(Transport transport) throws IOException {
    try (Peer peer = new Peer()) {
      Link.run(
          virtual(transport),
          () -> {
            Link client = Link.connect(peer.address());
            client.send(1);
            assertThat(client.received.take()).isEqualTo(1);
            for (int n = 0; n < MANY; n++) {
              sleep(Duration.ofSeconds(1));
            }
            assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(MANY));
          });
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldGiveAClientOnAThreadTheTimeToConnect(Transport transport) {
    Link.run(
        virtual(transport).deadlockAfter(Duration.ofMinutes(1)),
        () -> {
          Link server = Link.listen();
          InetSocketAddress address = server.address();
          Thread client = Thread.ofPlatform().start(() -> connectAndClose(address));
          Link accepted = withTimeout(NANO, () -> server.accepted.take());
          withTimeout(
              NANO,
              () ->
                  assertThatExceptionOfType(QueueClosedException.class)
                      .isThrownBy(accepted.received::take));
          Treadle.onThread(() -> client.join());
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldShowTheChannelsWhenDeadlocked(Transport transport) {
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Link.run(
                    virtual(transport).deadlockAfter(Duration.ofMillis(1)),
                    () -> {
                      Link.listen();
                      await(new Deferred<String>());
                    }))
        .withMessageContaining(" tasks=1 channels=[[id: 0x")
        .withMessageContaining("Task[main suspended on await Deferred@");
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldNotTakeAnIdleServerForADeadlockOnTheRealClock(Transport transport) {
    Link.run(
        Loop.builder().transport(transport).deadlockAfter(Duration.ofMillis(1)),
        () -> {
          Link server = Link.listen();
          InetSocketAddress address = server.address();
          CountDownLatch waiting = new CountDownLatch(1);
          Thread.ofPlatform()
              .start(
                  () -> {
                    LoopThreadsTest.awaitUninterruptibly(waiting);
                    // Far longer than what would be a deadlock.
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                    connectAndClose(address);
                  });
          Loop.current().callSoon(waiting::countDown);
          assertThat(server.accepted.take()).isNotNull();
        });
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldFindADeadlockOnTheRealClockWhenTheLastChannelIsClosed(Transport transport) {
    assertThatExceptionOfType(DeadlockException.class)
        .isThrownBy(
            () ->
                Loop.builder()
                    .transport(transport)
                    .deadlockAfter(Duration.ofMillis(1))
                    .run(
                        () -> {
                          await(Link.listen().channel.close());
                          await(new Deferred<String>());
                        }));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldTalkTheSameWayUnderEverySeed(Transport transport) {
    for (long seed = 1; seed <= 20; seed++) {
      Link.run(
          virtual(transport).chaos(seed),
          () -> {
            Link server = Link.listen();
            spawn(
                () ->
                    group(
                        g -> {
                          for (int n = 0; n < 3; n++) {
                            Link link = server.accepted.take();
                            g.spawn(() -> echo(link));
                          }
                        }));
            group(
                g -> {
                  for (int n = 0; n < 3; n++) {
                    g.spawn(
                        () -> {
                          Link client = Link.connect(server.address());
                          client.send(7);
                          assertThat(moveOnAfter(NANO, () -> client.received.take())).contains(7);
                          client.channel.close();
                        });
                  }
                });
            assertThat(Loop.current().time()).isZero();
          });
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void shouldJumpAtOnceWhenAWriteWaitsForItsReader(Transport transport) {
    Link.run(
        virtual(transport),
        () -> {
          Link server = Link.listen();
          Link client = Link.connect(server.address());
          Link accepted = server.accepted.take();
          accepted.channel.config().setAutoRead(false);
          // The bytes themselves are nobody's concern: the pipeline's end drops them.
          accepted.channel.pipeline().removeLast();
          var write = client.channel.writeAndFlush(client.channel.alloc().buffer().writeZero(BIG));
          for (int n = 0; n < MANY; n++) {
            Deferred<String> written = new Deferred<>();
            assertThat(moveOnAfter(Duration.ofSeconds(1), () -> await(written))).isEmpty();
          }
          spawn(
              () -> {
                sleep(Duration.ofSeconds(1));
                accepted.channel.config().setAutoRead(true);
              });
          await(write);
          assertThat(Loop.current().time()).isEqualTo(Duration.ofSeconds(MANY + 1));
        });
  }

  private static void echo(Link link) {
    try {
      while (true) {
        link.send(link.received.take());
      }
    } catch (QueueClosedException closed) {
      // The client is done.
    }
  }

  private static void connectAndClose(InetSocketAddress address) {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      assertThat(socket.isConnected()).isTrue();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** An echo server on a thread of its own. */
  private static final class Peer implements AutoCloseable {
    private final ServerSocket server;

    Peer() throws IOException {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      Thread.ofPlatform().daemon().start(this::echo);
    }

    InetSocketAddress address() {
      return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    private void echo() {
      try (Socket socket = server.accept()) {
        socket.getInputStream().transferTo(socket.getOutputStream());
      } catch (IOException closed) {
        // The test is over.
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /** Puts two bytes on the wire for each, as what encrypts would put more. */
  private static final class Doubling extends ChannelDuplexHandler {
    static ChannelInitializer<Channel> both() {
      return new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel channel) {
          channel.pipeline().addFirst(new Doubling());
        }
      };
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf twice = (ByteBuf) message;
      ByteBuf once = context.alloc().buffer();
      while (twice.isReadable()) {
        once.writeByte(twice.readByte());
        twice.skipBytes(1);
      }
      twice.release();
      context.fireChannelRead(once);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      ByteBuf once = (ByteBuf) message;
      ByteBuf twice = context.alloc().buffer();
      while (once.isReadable()) {
        byte one = once.readByte();
        twice.writeByte(one).writeByte(one);
      }
      once.release();
      context.write(twice, promise);
    }
  }
}
