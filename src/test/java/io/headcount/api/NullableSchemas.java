package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells of every field in the OpenAPI document whether it may be null and whether it is always
 * there, as the records say: what is {@code @Nullable} in Java is null in JSON.
 */
@SuppressWarnings("rawtypes") // as the library declares its maps
final class NullableSchemas {
  private static final List<Class<? extends Record>> ROOTS =
      List.of(
          RunRequest.class,
          CancelRequest.class,
          CancelManyRequest.class,
          SignalRequest.class,
          TtyRequest.class,
          ListController.Page.class,
          RunController.Processes.class,
          CancelController.Cancelled.class,
          CancelController.Delivered.class,
          StdinController.Written.class,
          InfoController.Info.class,
          CommandsController.Commands.class,
          Problem.class);

  private final Map<String, Schema> schemas;
  private final Map<String, Class<?>> done = new LinkedHashMap<>();

  private NullableSchemas(Map<String, Schema> schemas) {
    this.schemas = schemas;
  }

  static void complete(Map<String, Schema> schemas) {
    NullableSchemas completion = new NullableSchemas(schemas);
    ROOTS.forEach(root -> completion.complete(root, ApiRequest.class.isAssignableFrom(root)));
  }

  private void complete(Class<?> type, boolean request) {
    String name = nameOf(type);
    Schema<?> schema = schemas.get(name);
    if (schema == null || schema.getProperties() == null || done.put(name, type) != null) {
      return;
    }
    List<String> required = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Schema<?> property = schema.getProperties().get(component.getName());
      if (property == null || component.getAccessor().isAnnotationPresent(JsonIgnore.class)) {
        continue;
      }
      boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      boolean sometimes = component.getAccessor().isAnnotationPresent(JsonInclude.class);
      if (nullable && !sometimes) {
        schema.getProperties().put(component.getName(), orNull(property));
      }
      if (!sometimes && !(request && nullable)) {
        required.add(component.getName());
      }
      completeInside(component.getAnnotatedType(), property, request);
    }
    schema.setRequired(required.isEmpty() ? null : required);
    if (request) {
      schema.setAdditionalProperties(false);
    }
  }

  private void completeInside(AnnotatedType declared, Schema<?> property, boolean request) {
    if (declared instanceof AnnotatedParameterizedType generic) {
      AnnotatedType[] arguments = generic.getAnnotatedActualTypeArguments();
      AnnotatedType last = arguments[arguments.length - 1];
      if (last.isAnnotationPresent(Nullable.class)
          && property.getAdditionalProperties() instanceof Schema<?> values) {
        property.setAdditionalProperties(orNull(values));
      }
      completeInside(last, property, request);
    } else if (declared.getType() instanceof Class<?> type && type.isRecord()) {
      complete(type, request);
    }
  }

  private static Schema<?> orNull(Schema<?> schema) {
    if ("null".equals(schema.getExample())) {
      schema.setExample(null);
      schema.setExampleSetFlag(false);
    }
    if (schema.get$ref() != null) {
      Schema<?> nothing = new Schema<>();
      nothing.addType("null");
      Schema<?> either = new Schema<>();
      either.setAnyOf(List.of(new Schema<>().$ref(schema.get$ref()), nothing));
      return either;
    }
    schema.addType("null");
    allowNull(schema);
    return schema;
  }

  private static <T> void allowNull(Schema<T> schema) {
    if (schema.getEnum() != null && !schema.getEnum().contains(null)) {
      List<T> values = new ArrayList<>(schema.getEnum());
      values.add(null);
      schema.setEnum(values);
    }
  }

  private static String nameOf(Class<?> type) {
    return Arrays.stream(
            type.getAnnotationsByType(io.swagger.v3.oas.annotations.media.Schema.class))
        .map(io.swagger.v3.oas.annotations.media.Schema::name)
        .filter(name -> !name.isEmpty())
        .findFirst()
        .orElse(type.getSimpleName());
  }
}
