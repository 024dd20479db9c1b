package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.report.Machine;

/** {@code contenders/node/server.mjs}: Express and execa, on one thread. */
final class Express implements Contender {
  static final String NAME = "express + execa";

  /** Where {@code bench/install} puts it, with its modules. */
  static final Path FOLDER = Folders.ofProject().resolve(".tools/bench");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String about() throws InterruptedException {
    return "30 lines, contenders/node/server.mjs, versions in its lock file; node "
        + Machine.first("node", "--version")
        + ", NODE_ENV=production";
  }

  @Override
  public @Nullable String cannot(Work work) {
    return null;
  }

  @Override
  public Running start(Scene scene, Sitting sitting) throws IOException, InterruptedException {
    int port = Server.freePort();
    Server server =
        Server.start(
            scene.fresh("express"),
            Map.of("NODE_ENV", "production"),
            List.of("node", FOLDER.resolve("server.mjs").toString(), "" + port));
    return new Started(server, port, scene).ready(port, "/", sitting);
  }

  private static final class Started extends Running {
    private final int port;
    private final Scene scene;

    Started(Server server, int port, Scene scene) {
      super(server);
      this.port = port;
      this.scene = scene;
    }

    @Override
    Call run() {
      return Call.json(port, "/run", "{\"file\": \"" + scene.say() + "\"}");
    }

    @Override
    void sit(boolean stubborn) throws IOException, InterruptedException {
      Http.send(Call.json(port, "/start", "{\"file\": \"" + scene.sitter(stubborn) + "\"}"));
    }

    @Override
    double stream(long bytes) throws IOException {
      String body = "{\"file\": \"head\", \"args\": [\"-c\", \"" + bytes + "\", \"/dev/zero\"]}";
      return read(Call.json(port, "/stream", body), bytes);
    }
  }
}
