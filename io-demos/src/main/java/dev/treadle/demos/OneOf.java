package dev.treadle.demos;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One of an enum's constants, by the name that {@link #text} gives it.
 *
 * @param <E> the enum
 */
abstract class OneOf<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  OneOf(Class<E> type) {
    this.type = type;
  }

  /** As the command line has it. */
  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public E convert(String value) {
    E[] all = type.getEnumConstants();
    return Arrays.stream(all)
        .filter(constant -> text(constant).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "give one of "
                        + Arrays.stream(all).map(OneOf::text).collect(Collectors.joining(", "))));
  }
}
