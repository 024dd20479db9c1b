package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.report.Machine;

/** Debian's webhook: a hook for each command, in its file of hooks. */
final class Webhook implements Contender {
  static final String NAME = "webhook";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String about() throws InterruptedException {
    return Machine.first("webhook", "-version")
        + " of Debian, not verbose; include-command-output-in-response where output is wanted";
  }

  @Override
  public @Nullable String cannot(Work work) {
    return null;
  }

  @Override
  public Running start(Scene scene, Sitting sitting) throws IOException, InterruptedException {
    int port = Server.freePort();
    Path folder = scene.fresh(NAME);
    Files.writeString(
        folder.resolve("hooks.json"),
        """
        [{"id": "say", "execute-command": "%s", "include-command-output-in-response": true},
         {"id": "obedient", "execute-command": "%s"},
         {"id": "stubborn", "execute-command": "%s"},
         {"id": "flood", "execute-command": "/usr/bin/head", "include-command-output-in-response": true,
          "pass-arguments-to-command": [{"source": "string", "name": "-c"},
                                        {"source": "payload", "name": "bytes"},
                                        {"source": "string", "name": "/dev/zero"}]}]
        """
            .formatted(scene.say(), scene.sitter(false), scene.sitter(true)));
    Server server =
        Server.start(
            folder,
            Map.of(),
            List.of(
                "webhook", "-hooks", "hooks.json", "-ip", "127.0.0.1", "-port", "" + port, "-nopanic"));
    return new Started(server, port).ready(port, "/", sitting);
  }

  private static final class Started extends Running {
    private final int port;

    Started(Server server, int port) {
      super(server);
      this.port = port;
    }

    @Override
    Call run() {
      return Call.json(port, "/hooks/say", "{}");
    }

    @Override
    void sit(boolean stubborn) throws IOException, InterruptedException {
      Http.send(Call.json(port, stubborn ? "/hooks/stubborn" : "/hooks/obedient", "{}"));
    }

    @Override
    double stream(long bytes) throws IOException {
      return read(Call.json(port, "/hooks/flood", "{\"bytes\": \"" + bytes + "\"}"), bytes);
    }
  }
}
