package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.report.Machine;

/** Debian's supervisor: programs of its configuration, and XML-RPC over HTTP. */
final class Supervisor implements Contender {
  static final String NAME = "supervisor";

  /** What its descriptors must be enough for; it asks for them itself. */
  private static final int DESCRIPTORS = 8192;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String about() throws InterruptedException {
    return Machine.first("supervisord", "--version")
        + " of Debian; a program with numprocs, stopwaitsecs="
        + ServiceRounds.GRACE_SECONDS
        + ", its log files as they are by default";
  }

  @Override
  public @Nullable String cannot(Work work) {
    return switch (work) {
      case START, LIVE, STOP -> null;
      case RUN -> "it keeps the programs of its configuration alive, and has no call that returns a command's output";
      case STREAM -> "output goes to log files; a call shows the end of one";
    };
  }

  @Override
  public Running start(Scene scene, Sitting sitting) throws IOException, InterruptedException {
    int port = Server.freePort();
    Path folder = scene.fresh(NAME);
    StringBuilder configuration = new StringBuilder();
    configuration.append(
        """
        [supervisord]
        nodaemon=true
        user=%s
        minfds=%d
        logfile=%s
        pidfile=%s
        childlogdir=%s
        [inet_http_server]
        port=127.0.0.1:%d
        [rpcinterface:supervisor]
        supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
        """
            .formatted(
                System.getProperty("user.name"),
                DESCRIPTORS,
                folder.resolve("supervisord.log"),
                folder.resolve("supervisord.pid"),
                folder,
                port));
    if (sitting.count() > 0) {
      configuration.append(
          """
          [program:sitter]
          command=%s
          process_name=%%(process_num)d
          numprocs=%d
          startsecs=0
          stopwaitsecs=%d
          """
              .formatted(
                  scene.sitter(sitting.stubborn()), sitting.count(), ServiceRounds.GRACE_SECONDS));
    }
    Path file = Files.writeString(folder.resolve("supervisord.conf"), configuration);
    Server server =
        Server.start(folder, Map.of(), List.of("supervisord", "-c", file.toString()));
    return new Running(server) {}.ready(port, "/RPC2", Sitting.NONE);
  }
}
