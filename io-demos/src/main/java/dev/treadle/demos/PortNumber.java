package dev.treadle.demos;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A TCP port to listen on; 0 stands for any that is free. */
final class PortNumber implements ITypeConverter<Integer> {
  private static final int LAST = 65_535;

  @Override
  public Integer convert(String value) {
    try {
      int port = Integer.parseInt(value);
      if (port >= 0 && port <= LAST) {
        return port;
      }
    } catch (NumberFormatException notOne) {
      // Refused below, like what is out of range.
    }
    throw new TypeConversionException("give a port up to " + LAST + ", or 0 for any that is free");
  }
}
