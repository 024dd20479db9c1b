package io.headcount.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the service as a user without capabilities: as itself, unless the tests run as root. */
final class OrdinaryUser {
  /**
   * Nobody's on most machines, nor that of tests beside these or before, so that all it has are
   * ours.
   */
  static final int ID = 50_000 + (int) (ProcessHandle.current().pid() % 10_000);

  /** Becomes that user; what follows is executed. */
  private static final String BECOME =
      "setpriv --reuid=%1$d --regid=%1$d --clear-groups --inh-caps=-all --bounding-set=-all "
          .formatted(ID);

  private OrdinaryUser() {}

  static boolean testsAreRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** What becomes that user, and then executes its arguments; nothing if we are no root. */
  static String becoming() {
    return testsAreRoot() ? BECOME : "";
  }

  /** Starts the service in a folder that it may write to. */
  static ServiceProcess start(Path folder, Map<String, String> env) throws Exception {
    return start(folder, "", env);
  }

  /** The same, by a command that executes its arguments. */
  static ServiceProcess start(Path folder, String by, Map<String, String> env) throws Exception {
    Map<String, String> all = new HashMap<>(env);
    all.putIfAbsent("HEADCOUNT_DATA_DIR", folder.toString());
    if (!testsAreRoot()) {
      return ServiceProcess.start(folder, "exec " + by + " $SERVICE", all);
    }
    // The repository may be where only root can read.
    Path jar = Path.of(System.getProperty("headcount.jar"));
    Path copy = Files.copy(jar, folder.resolve("headcount.jar"));
    all.put("JAR", jar.toString());
    all.put("COPY", copy.toString());
    own(folder);
    return ServiceProcess.start(folder, "exec " + by + " " + BECOME + "${SERVICE/$JAR/$COPY}", all);
  }

  /** Gives a folder to that user. */
  static void own(Path folder) throws IOException, InterruptedException {
    if (!testsAreRoot()) {
      return;
    }
    int exit =
        new ProcessBuilder("chown", "-R", Integer.toString(ID), folder.toString())
            .start()
            .waitFor();
    if (exit != 0) {
      throw new AssertionError("chown exited with " + exit);
    }
  }

  /** Ends whatever is that user's, so that a test that fails leaves the next one a machine. */
  static void endAll() throws IOException, InterruptedException {
    if (testsAreRoot()) {
      List<String> command = new ArrayList<>(List.of(BECOME.strip().split(" ")));
      command.addAll(List.of("bash", "-c", "kill -KILL -1"));
      new ProcessBuilder(command).start().waitFor();
    }
  }
}
