package dev.treadle.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the test of another project whose behaviour the annotated test holds Treadle to. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Ports.All.class)
public @interface Ports {
  /** As in {@code rows.txt}: {@code test_module.Class.test_name}, with a prefix if not CPython. */
  String value();

  /** Why Treadle does something else on purpose; empty if it does the same. */
  String differs() default "";

  /** What the compiler makes of several. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.METHOD)
  @interface All {
    /** Each of them. */
    Ports[] value();
  }
}
