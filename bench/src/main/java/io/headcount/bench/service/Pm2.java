package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** pm2 of npm, in the foreground as containers have it: the applications of its file. */
final class Pm2 implements Contender {
  static final String NAME = "pm2";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String about() {
    return "version in the lock file of contenders/node; pm2-runtime with instances in fork mode, kill_timeout "
        + ServiceRounds.GRACE_SECONDS
        + " s, PM2_KILL_SIGNAL=SIGTERM";
  }

  @Override
  public @Nullable String cannot(Work work) {
    return switch (work) {
      case LIVE, STOP -> null;
      case START -> "it speaks no HTTP";
      case RUN -> "it keeps the applications of its file alive, and returns no command's output";
      case STREAM -> "output goes to log files";
    };
  }

  @Override
  public Running start(Scene scene, Sitting sitting) throws IOException, InterruptedException {
    Path folder = scene.fresh(NAME);
    Path file =
        Files.writeString(
            folder.resolve("ecosystem.json"),
            """
            {"apps": [{"name": "sitter", "script": "%s", "interpreter": "none", "exec_mode": "fork",
                       "instances": %d, "kill_timeout": %d, "autorestart": false}]}
            """
                .formatted(
                    scene.sitter(sitting.stubborn()),
                    sitting.count(),
                    ServiceRounds.GRACE_SECONDS * 1000));
    Server server =
        Server.start(
            folder,
            Map.of("PM2_HOME", folder.toString(), "PM2_KILL_SIGNAL", "SIGTERM", "PM2_DISCRETE_MODE", "true"),
            List.of(
                "node",
                Express.FOLDER.resolve("node_modules/pm2/bin/pm2-runtime").toString(),
                "start",
                file.toString(),
                "--no-auto-exit"));
    return new Running(server) {};
  }
}
