package io.headcount.bench.core;

import com.pty4j.PtyProcessBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** pty4j: each child has a terminal, which is read on the caller's thread or on one of its own. */
final class PtyContender implements Contender {
  private final Map<String, String> environment = new HashMap<>(System.getenv());

  PtyContender() {
    environment.put("TERM", "xterm");
  }

  private Process process(List<String> argv) throws IOException {
    return new PtyProcessBuilder(argv.toArray(String[]::new)).setEnvironment(environment).start();
  }

  @Override
  public void run(List<String> argv) throws IOException, InterruptedException {
    Process process = process(argv);
    try (OutputStream stdin = process.getOutputStream();
        InputStream output = process.getInputStream()) {
      output.transferTo(OutputStream.nullOutputStream());
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException("expected exit 0, got " + status);
      }
    }
  }

  @Override
  public Running start(List<String> argv) throws IOException {
    return new ProcessBuilderContender.Started(process(argv), true);
  }
}
