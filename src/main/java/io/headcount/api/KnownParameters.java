package io.headcount.api;

import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses query parameters that an operation does not know, as unknown fields of a body are: with a
 * typing error in a filter everything would pass it. What is known is what the operation says for
 * the OpenAPI document. One that is not a list may be given once.
 *
 * <p>Only the query is looked at: to ask the servlet for parameters would read the body of a form.
 */
final class KnownParameters implements HandlerInterceptor {
  /** Of each operation its parameters, and whether one may be repeated. */
  private final Map<Method, Map<String, Boolean>> known = new ConcurrentHashMap<>();

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    String query = request.getQueryString();
    if (query != null && handler instanceof HandlerMethod operation) {
      refuse(query, known.computeIfAbsent(operation.getMethod(), KnownParameters::of));
    }
    return true;
  }

  private static void refuse(String query, Map<String, Boolean> known) {
    Set<String> seen = new HashSet<>();
    List<Violation> found = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      Boolean repeatable = known.get(name);
      boolean again = !seen.add(name);
      if (repeatable == null && !again) {
        found.add(new Violation(pointer(name), "is not a parameter that is known"));
      } else if (Boolean.FALSE.equals(repeatable) && again) {
        found.add(new Violation(pointer(name), "expected one value, got several"));
      }
    }
    if (!found.isEmpty()) {
      throw new SupervisorException.Invalid(found);
    }
  }

  private static String pointer(String name) {
    String cut = name.length() > 40 ? name.substring(0, 40) + "..." : name;
    return "/" + RecordReader.escape(cut);
  }

  /** As strict as Tomcat is with those that are asked for. */
  private static String decode(String name) {
    try {
      byte[] bytes =
          URLDecoder.decode(name, StandardCharsets.ISO_8859_1)
              .getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new InvalidParameterException(e);
    }
  }

  private static Map<String, Boolean> of(Method operation) {
    Map<String, Boolean> parameters = new HashMap<>();
    for (Parameter each :
        AnnotatedElementUtils.getMergedRepeatableAnnotations(operation, Parameter.class)) {
      if (each.in() == ParameterIn.QUERY) {
        parameters.put(each.name(), !each.array().schema().type().isEmpty());
      }
    }
    for (java.lang.reflect.Parameter each : operation.getParameters()) {
      @Nullable RequestParam asked = each.getAnnotation(RequestParam.class);
      if (asked != null && each.getType() != MultiValueMap.class) {
        parameters.put(asked.name().isEmpty() ? each.getName() : asked.name(), false);
      }
    }
    return Map.copyOf(parameters);
  }
}
