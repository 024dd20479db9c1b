package io.headcount.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes JSON answers whole, with their length. In chunks the end of one would be a second write to
 * the connection, and wake its client twice.
 */
final class WholeJsonConverter extends JacksonJsonHttpMessageConverter {
  /** As long as most answers, so that few are copied while they are made. */
  private static final int USUAL_BYTES = 1 << 11;

  WholeJsonConverter(JsonMapper mapper) {
    super(mapper);
  }

  @Override
  protected void writeInternal(
      Object value,
      ResolvableType type,
      HttpOutputMessage message,
      @Nullable Map<String, Object> hints)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream(USUAL_BYTES);
    super.writeInternal(value, type, new Gathered(message.getHeaders(), whole), hints);
    message.getHeaders().setContentLength(whole.size());
    whole.writeTo(message.getBody());
  }

  private record Gathered(HttpHeaders headers, OutputStream body) implements HttpOutputMessage {
    @Override
    public HttpHeaders getHeaders() {
      return headers;
    }

    @Override
    public OutputStream getBody() {
      return body;
    }
  }
}
