package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.Service;

/**
 * The service as its image runs it. Its settings are the defaults, but for the grace that all
 * contenders have, and room for the children.
 */
final class Headcount implements Contender {
  static final String NAME = "headcount";

  private static final int MOST_RUNS = 2000;

  private final String name;
  private final boolean cached;
  private final List<String> settings;

  /**
   * Takes its settings.
   *
   * @param settings options of the service, beside those that all have
   */
  Headcount(String name, boolean cached, String... settings) {
    this.name = name;
    this.cached = cached;
    this.settings = List.of(settings);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String about() {
    return "taken apart, with the options"
        + (cached ? " and the AOT cache" : "")
        + " of the image; POST /v1/runs with Prefer: wait; audit log, traces and meters as they are by default";
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
    Path folder = scene.fresh(NAME);
    List<String> command = new ArrayList<>(scene.image().command(cached));
    command.addAll(
        List.of(
            "--server.port=" + port,
            "--management.server.port=0",
            "--headcount.data-dir=" + folder,
            "--headcount.defaults.grace=" + ServiceRounds.GRACE_SECONDS + "s",
            "--headcount.limits.max-live-runs=" + MOST_RUNS));
    command.addAll(settings);
    Server server = Server.start(folder, scene.image().environment(), command);
    return new Started(server, port, scene).ready(port, "/v1/info", sitting);
  }

  private static final class Started extends Running {
    private final int port;
    private final Scene scene;
    private @Nullable Service roomy;

    Started(Server server, int port, Scene scene) {
      super(server);
      this.port = port;
      this.scene = scene;
    }

    private Call start(Path program) {
      return Call.json(port, "/v1/runs", "{\"argv\": [\"" + program + "\"]}");
    }

    @Override
    Call run() {
      return start(scene.say()).with("Prefer", "wait=30");
    }

    @Override
    void sit(boolean stubborn) throws IOException, InterruptedException {
      Http.send(start(scene.sitter(stubborn)));
    }

    /** By a service with the memory for it, since a follower never slows the command. */
    @Override
    double stream(long bytes) throws IOException, InterruptedException {
      Service service = roomy;
      if (service == null) {
        service = Service.start(scene.jar(), bytes);
        roomy = service;
      }
      return service.follow(bytes);
    }

    @Override
    public void close() throws InterruptedException {
      if (roomy != null) {
        roomy.close();
      }
      super.close();
    }
  }
}
