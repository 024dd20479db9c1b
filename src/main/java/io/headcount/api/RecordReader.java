package io.headcount.api;

import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Makes a record of a JSON object, strictly: every field must be known and of its type, nothing is
 * converted. Goes on after a mistake, so that a client hears of all of them at once, each with a
 * JSON pointer (RFC 6901).
 *
 * <p>The record says what is allowed: strings, longs, booleans, lists and maps of strings, maps of
 * any of these and doubles, records of these. What is {@code @Nullable} may be null or absent.
 */
final class RecordReader {
  /** Reflection is slow, and gives the same answers to every request. */
  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return Shape.of(type.asSubclass(Record.class));
        }
      };

  private final List<Violation> violations = new ArrayList<>();

  private RecordReader() {}

  /**
   * Reads a document.
   *
   * @throws SupervisorException.Invalid naming everything that is not as the record says
   */
  static <T extends Record> T read(JsonNode document, Class<T> type) {
    RecordReader reader = new RecordReader();
    T value = reader.readRecord(document, type, "");
    if (value == null || !reader.violations.isEmpty()) {
      throw new SupervisorException.Invalid(reader.violations);
    }
    return value;
  }

  private <T extends Record> @Nullable T readRecord(JsonNode node, Class<T> type, String pointer) {
    if (!node.isObject()) {
      wrong(pointer, "an object", node);
      return null;
    }
    int before = violations.size();
    Shape shape = SHAPES.get(type);
    @Nullable Object[] values = new Object[shape.fields().size()];
    int known = 0;
    for (int i = 0; i < values.length; i++) {
      Field field = shape.fields().get(i);
      JsonNode value = node.get(field.name());
      known += value == null ? 0 : 1;
      values[i] = readValue(value, field, field.type(), pointer + "/" + field.name());
    }
    if (known < node.size()) {
      TreeSet<String> unknown = new TreeSet<>(node.propertyNames());
      shape.fields().forEach(field -> unknown.remove(field.name()));
      for (String name : unknown) {
        violations.add(new Violation(pointer + "/" + escape(name), "is not a field that is known"));
      }
    }
    return violations.size() > before ? null : type.cast(shape.make(values));
  }

  private @Nullable Object readValue(
      @Nullable JsonNode node, Field field, Class<?> type, String pointer) {
    if (node == null || node.isNull()) {
      if (!field.nullable()) {
        violations.add(new Violation(pointer, "is required"));
      }
      return null;
    }
    if (type == String.class || type == Boolean.class || type == Long.class) {
      return readScalar(node, type, pointer);
    }
    if (type == Object.class) {
      return readAny(node, pointer);
    }
    if (type == List.class) {
      return readList(node, pointer);
    }
    if (type == Map.class) {
      return readMap(node, field.values(), pointer);
    }
    return readRecord(node, type.asSubclass(Record.class), pointer);
  }

  private @Nullable Object readScalar(JsonNode node, Class<?> type, String pointer) {
    if (type == String.class && node.isString()) {
      return node.stringValue();
    }
    if (type == Boolean.class && node.isBoolean()) {
      return node.booleanValue();
    }
    if (type == Long.class && node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    String expected =
        type == String.class
            ? "a string"
            : type == Boolean.class ? "true or false" : "a whole number of 64 bits";
    wrong(pointer, expected, node);
    return null;
  }

  private @Nullable List<String> readList(JsonNode node, String pointer) {
    if (!node.isArray()) {
      wrong(pointer, "an array of strings", node);
      return null;
    }
    List<String> list = new ArrayList<>(node.size());
    for (JsonNode item : node) {
      if (item.isString()) {
        list.add(item.stringValue());
      } else {
        wrong(pointer + "/" + list.size(), "a string", item);
        list.add("");
      }
    }
    return list;
  }

  /** A string, a boolean, a long, or a double where it is no long. */
  private @Nullable Object readAny(JsonNode node, String pointer) {
    if (node.isNumber() && !(node.isIntegralNumber() && node.canConvertToLong())) {
      double number = node.doubleValue();
      if (Double.isFinite(number)) {
        return number;
      }
    }
    if (node.isString() || node.isBoolean() || node.isNumber()) {
      Class<?> type =
          node.isString() ? String.class : node.isBoolean() ? Boolean.class : Long.class;
      return readScalar(node, type, pointer);
    }
    wrong(pointer, "a string, a number or a boolean", node);
    return null;
  }

  private @Nullable Map<String, @Nullable Object> readMap(
      JsonNode node, @Nullable Field values, String pointer) {
    if (values == null) {
      throw new IllegalStateException("a map within a map is nothing that is read");
    }
    if (!node.isObject()) {
      wrong(pointer, values.type() == Object.class ? "an object" : "an object of strings", node);
      return null;
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String at = pointer + "/" + escape(entry.getKey());
      map.put(entry.getKey(), readValue(entry.getValue(), values, values.type(), at));
    }
    return map;
  }

  /** Tells the type that came, never the value: it may be a secret. */
  private void wrong(String pointer, String expected, JsonNode got) {
    String kind =
        switch (got.getNodeType()) {
          case STRING -> "a string";
          case NUMBER -> got.isIntegralNumber() ? "a number out of range" : "a fraction";
          case BOOLEAN -> "a boolean";
          case ARRAY -> "an array";
          case OBJECT -> "an object";
          case NULL -> "null";
          case MISSING, BINARY, POJO -> "nothing";
        };
    if (got.isNumber() && !expected.startsWith("a whole")) {
      kind = "a number";
    }
    violations.add(new Violation(pointer, "expected " + expected + ", got " + kind));
  }

  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /**
   * What a record says of a component.
   *
   * @param type what it is
   * @param nullable whether it may be null or absent
   * @param values of a map, what its values are
   */
  private record Field(String name, Class<?> type, boolean nullable, @Nullable Field values) {
    static Field of(String name, Class<?> type, AnnotatedType declared) {
      Field values = null;
      if (type == Map.class) {
        AnnotatedType value =
            ((AnnotatedParameterizedType) declared).getAnnotatedActualTypeArguments()[1];
        values = of("", value.getType() == Object.class ? Object.class : String.class, value);
      }
      return new Field(name, type, declared.isAnnotationPresent(Nullable.class), values);
    }
  }

  /** A kind of record: its components in order, and the constructor that takes them. */
  private record Shape(List<Field> fields, Constructor<? extends Record> constructor) {
    static Shape of(Class<? extends Record> type) {
      RecordComponent[] components = type.getRecordComponents();
      try {
        return new Shape(
            Arrays.stream(components)
                .map(one -> Field.of(one.getName(), one.getType(), one.getAnnotatedType()))
                .toList(),
            type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new)));
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException(type + " is no record", e);
      }
    }

    Record make(@Nullable Object[] values) {
      try {
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException(constructor + " refuses its own components", e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(constructor + " cannot be called", e);
      }
    }
  }
}
