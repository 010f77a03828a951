package dev.treadle.demos;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Any number without a fraction. */
final class WholeNumber implements ITypeConverter<Long> {
  @Override
  public Long convert(String value) {
    try {
      return Long.valueOf(value);
    } catch (NumberFormatException notOne) {
      throw new TypeConversionException("give a whole number");
    }
  }
}
