package io.headcount.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.headcount.supervisor.SupervisorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.server.ResponseStatusException;
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
 * and of no more values than any request is, then strictly into the record ({@link RecordReader}).
 */
final class RequestConverter implements HttpMessageConverter<ApiRequest> {
  private static final int MAX_DEPTH = 16;

  /**
   * Each takes a hundred bytes of the heap, however short it is, and more while its run is started.
   */
  private static final int MAX_TOKENS = 1 << 14;

  private static final int BLOCK = 1 << 13;

  /** Who sends no more than this is let send it, however much others do. */
  private static final int SMALL = 1 << 16;

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxTokenCount(MAX_TOKENS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Of the heap, for the bodies of all requests that are being read. */
  private static final long MOST_HELD = Runtime.getRuntime().maxMemory() / 8;

  private final AtomicLong held = new AtomicLong();
  private final LimitRefusals refusals;
  private final long maxBytes;
  private final Duration timeout;

  RequestConverter(long maxBytes, Duration timeout, LimitRefusals refusals) {
    this.refusals = refusals;
    this.maxBytes = maxBytes;
    this.timeout = timeout;
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
   * @throws LimitReachedException if the bodies of all requests take too much memory, and this one
   *     is not small
   */
  @Override
  public ApiRequest read(Class<? extends ApiRequest> type, HttpInputMessage message)
      throws IOException {
    long announced = message.getHeaders().getContentLength();
    if (announced > maxBytes) {
      throw new BodyTooLargeException(maxBytes);
    }
    refuseCodings(message.getHeaders().getOrEmpty(HttpHeaders.CONTENT_ENCODING));
    JsonNode document;
    try (Held mine = new Held()) {
      byte[] body = readBody(message.getBody(), announced, mine);
      document = mapper.readTree(UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
    } catch (CharacterCodingException e) {
      throw new HttpMessageNotReadableException("The body is not UTF-8.", e, message);
    } catch (JacksonException e) {
      throw new HttpMessageNotReadableException(describe(e), e, message);
    }
    return (ApiRequest) RecordReader.read(document, type.asSubclass(Record.class));
  }

  /** What one request holds of the memory that all bodies may take together. */
  private final class Held implements AutoCloseable {
    private long bytes;

    void more(int length) {
      bytes += length;
      if (held.addAndGet(length) > MOST_HELD && bytes > SMALL) {
        refusals.count(LimitRefusals.Limit.BODIES);
        throw new LimitReachedException(
            LimitRefusals.Limit.BODIES,
            "Requests in progress hold %d bytes of bodies, which is as much as they may."
                .formatted(MOST_HELD),
            Duration.ofSeconds(1));
      }
    }

    @Override
    public void close() {
      held.addAndGet(-bytes);
    }
  }

  /** A packed body would look like no JSON, and unpacked it could be of any size. */
  private static void refuseCodings(List<String> codings) {
    if (!codings.stream().allMatch(coding -> coding.isBlank() || coding.equals("identity"))) {
      throw new ResponseStatusException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Expected a body without a Content-Encoding.");
    }
  }

  /** In our own words: the parser's name its classes and switches. */
  private static String describe(JacksonException failure) {
    String trouble =
        switch (failure) {
          case StreamConstraintsException _ ->
              "The body is nested deeper than "
                  + MAX_DEPTH
                  + " levels, has a name or a number that is too long, or more than "
                  + MAX_TOKENS
                  + " values";
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
  private byte[] readBody(InputStream stream, long announced, Held mine) throws IOException {
    int most = (int) Math.min(maxBytes, Integer.MAX_VALUE - BLOCK - 16);
    long deadline = System.nanoTime() + timeout.toNanos();
    int size = announced < 0 ? BLOCK : Math.clamp(announced, 1, BLOCK);
    ByteArrayOutputStream body = new ByteArrayOutputStream(size);
    byte[] block = new byte[size];
    for (int read = stream.read(block); read >= 0; read = stream.read(block)) {
      mine.more(read);
      body.write(block, 0, read);
      if (body.size() > most) {
        throw new BodyTooLargeException(maxBytes);
      }
      if (System.nanoTime() - deadline > 0) { // the server bounds each single read
        throw new CloseNowException("the body took longer than " + timeout);
      }
    }
    return body.toByteArray();
  }

  @Override
  public void write(
      ApiRequest request, @Nullable MediaType contentType, HttpOutputMessage message) {
    throw new UnsupportedOperationException("requests are only read");
  }
}
