package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.core.Jvm;

/** {@code contenders/spring}: a controller with ProcessBuilder, packaged, as one starts it. */
final class SpringController implements Contender {
  static final String NAME = "spring + ProcessBuilder";

  /** Where its build puts it. */
  private static final Path JAR =
      Folders.ofProject().resolve("bench/contenders/spring/target/spring-controller.jar");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String about() {
    return "30 lines, contenders/spring, on Tomcat with its threads; java -jar";
  }

  @Override
  public boolean isCompiledAsItRuns() {
    return true;
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
            scene.fresh("spring"),
            Map.of(),
            List.of(
                Jvm.java(), "-jar", JAR.toString(), "--server.port=" + port, "--server.address=127.0.0.1"));
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
      return Call.json(port, "/run", "[\"" + scene.say() + "\"]");
    }

    @Override
    void sit(boolean stubborn) throws IOException, InterruptedException {
      Http.send(Call.json(port, "/start", "[\"" + scene.sitter(stubborn) + "\"]"));
    }

    @Override
    double stream(long bytes) throws IOException {
      return read(
          Call.json(port, "/stream", "[\"head\", \"-c\", \"" + bytes + "\", \"/dev/zero\"]"), bytes);
    }
  }
}
