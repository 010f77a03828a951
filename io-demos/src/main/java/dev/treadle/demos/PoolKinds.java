package dev.treadle.demos;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One kind of pool by its name, or all of them.
 *
 * @param kinds which, in the order in which they are shown
 */
record PoolKinds(List<PoolKind> kinds) {
  /** Reads it from the command line. */
  static final class Converter implements ITypeConverter<PoolKinds> {
    @Override
    public PoolKinds convert(String value) {
      if (value.equals("all")) {
        return new PoolKinds(List.of(PoolKind.values()));
      }
      try {
        return new PoolKinds(List.of(new PoolKind.Converter().convert(value)));
      } catch (TypeConversionException none) {
        throw new TypeConversionException(none.getMessage() + ", all");
      }
    }
  }
}
