package io.headcount.api;

import io.headcount.supervisor.SupervisorException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON bodies: at most so many bytes, one document without duplicate names, nested no deeper
 * than any request is, then strictly into the record ({@link RecordReader}).
 */
final class RequestConverter implements HttpMessageConverter<ApiRequest> {
  private static final int MAX_DEPTH = 16;

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private final long maxBytes;

  RequestConverter(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public boolean canRead(Class<?> type, @Nullable MediaType mediaType) {
    return ApiRequest.class.isAssignableFrom(type)
        && mediaType != null
        && getSupportedMediaTypes().stream().anyMatch(ours -> ours.includes(mediaType));
  }

  @Override
  public boolean canWrite(Class<?> type, @Nullable MediaType mediaType) {
    return false;
  }

  @Override
  public List<MediaType> getSupportedMediaTypes() {
    return List.of(MediaType.APPLICATION_JSON, new MediaType("application", "*+json"));
  }

  /**
   * Reads a request.
   *
   * @throws HttpMessageNotReadableException if it is no JSON
   * @throws SupervisorException.Invalid if it is not the JSON that was expected
   * @throws BodyTooLargeException if it is longer than allowed
   */
  @Override
  public ApiRequest read(Class<? extends ApiRequest> type, HttpInputMessage message)
      throws IOException {
    long announced = message.getHeaders().getContentLength();
    if (announced > maxBytes) {
      throw new BodyTooLargeException(maxBytes);
    }
    byte[] body = readBody(message.getBody(), announced);
    JsonNode document;
    try {
      document = mapper.readTree(body);
    } catch (JacksonException e) {
      throw new HttpMessageNotReadableException(describe(e), e, message);
    }
    return (ApiRequest) RecordReader.read(document, type.asSubclass(Record.class));
  }

  /** In our own words: the parser's name its classes and switches. */
  private static String describe(JacksonException failure) {
    String trouble =
        switch (failure) {
          case StreamConstraintsException _ ->
              "The body is nested deeper than "
                  + MAX_DEPTH
                  + " levels, or has a name or a number that is too long";
          case DatabindException _ -> "Something follows the end of the JSON document";
          case JacksonException other
              when String.valueOf(other.getOriginalMessage()).startsWith("Duplicate") ->
              "An object has the same name twice";
          default -> "The body is no JSON";
        };
    TokenStreamLocation at = failure.getLocation();
    return at == null || at.getLineNr() < 1
        ? trouble + "."
        : "%s (line %d, column %d).".formatted(trouble, at.getLineNr(), at.getColumnNr());
  }

  /** The server ends the stream after as many bytes as were announced, if any were. */
  private byte[] readBody(InputStream stream, long announced) throws IOException {
    int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
    byte[] body = stream.readNBytes(announced < 0 ? most + 1 : (int) Math.min(announced, most + 1));
    if (body.length > most) {
      throw new BodyTooLargeException(maxBytes);
    }
    return body;
  }

  @Override
  public void write(
      ApiRequest request, @Nullable MediaType contentType, HttpOutputMessage message) {
    throw new UnsupportedOperationException("requests are only read");
  }
}
