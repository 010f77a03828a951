package dev.treadle.demos;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of things, at least one. */
final class PositiveInt implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String value) {
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException notOne) {
      // Refused below, like what is out of range.
    }
    throw new TypeConversionException("give a whole number from 1 to " + Integer.MAX_VALUE);
  }
}
