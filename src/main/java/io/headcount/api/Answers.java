package io.headcount.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What an operation answers, for the OpenAPI document. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Answers {
  /** Statuses of success, the usual one first. */
  int[] success() default 200;

  /** Problems beyond those that any operation may have. */
  ProblemCode[] problems() default {};

  /** Headers beyond those that all answers of a kind have. */
  Sent[] headers() default {};

  /** A header, and the statuses it comes with. */
  @interface Sent {
    String name();

    int[] with();

    String type() default "string";

    String description();
  }
}
