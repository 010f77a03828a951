package dev.treadle.demos;

import dev.treadle.Transport;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A transport of this machine's, by the name that the system property has for it. */
final class TransportName implements ITypeConverter<Transport> {
  @Override
  public Transport convert(String value) {
    String name = value.strip().toLowerCase(Locale.ROOT);
    Transport transport =
        Arrays.stream(Transport.values())
            .filter(candidate -> candidate.propertyValue().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new TypeConversionException("give one of " + names(candidate -> true)));
    if (!transport.isAvailable()) {
      throw new TypeConversionException(
          "this machine has not got it; give one of " + names(Transport::isAvailable));
    }
    return transport;
  }

  private static String names(Predicate<Transport> which) {
    return Arrays.stream(Transport.values())
        .filter(which)
        .map(Transport::propertyValue)
        .collect(Collectors.joining(", "));
  }
}
