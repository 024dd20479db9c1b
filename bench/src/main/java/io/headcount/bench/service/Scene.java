package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import io.headcount.bench.core.Programs;

/**
 * Where it all happens: a folder of its own, the programs that are the children, and a count of
 * those that are alive. Whatever is alive when it closes is ended: it runs a program from the
 * folder, so it can be nobody else's.
 */
final class Scene implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long LOOK_MILLIS = 10;

  /** SIGTERM, in the mask of ignored signals. */
  private static final long IGNORES_TERM = 1L << (15 - 1);

  private final Path folder;
  private final Scale scale;
  private final Path jar;
  private final Path say;
  private final Path obedient;
  private final Path stubborn;
  private @Nullable Image image;
  private int started;

  private Scene(Path folder, Scale scale, Path jar) throws IOException, InterruptedException {
    this.folder = folder;
    this.scale = scale;
    this.jar = jar;
    this.say = gcc("say", "say", "-static", "-nostdlib", "-fno-stack-protector", "-DBARE");
    this.obedient = gcc("sitter", "obedient", "-static");
    this.stubborn = gcc("sitter", "stubborn", "-static", "-DSTUBBORN");
  }

  static Scene set(Scale scale, Path jar) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("headcount-service-").toRealPath();
    try {
      Scene scene = new Scene(folder, scale, jar);
      Runtime.getRuntime().addShutdownHook(new Thread(scene::clear));
      return scene;
    } catch (IOException | InterruptedException | RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  private Path gcc(String source, String program, String... flags)
      throws IOException, InterruptedException {
    return Programs.gcc(folder, source, program, flags);
  }

  Scale scale() {
    return scale;
  }

  /** The service as the image has it; made when it is first asked for. */
  Image image() throws IOException, InterruptedException {
    Image made = image;
    if (made == null) {
      made = Image.of(jar, fresh("image"));
      image = made;
    }
    return made;
  }

  /** The command that says a line. */
  Path say() {
    return say;
  }

  Path sitter(boolean isStubborn) {
    return isStubborn ? stubborn : obedient;
  }

  /** The service, packaged. */
  Path jar() {
    return jar;
  }

  /** The programs that live children run. */
  Set<Path> sitters() {
    return Set.of(obedient, stubborn);
  }

  /** An empty folder. */
  Path fresh(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name + "-" + ++started));
  }

  /** The children that are alive; a zombie is not, for it has no program. */
  List<ProcessHandle> sitting() {
    return ProcessHandle.allProcesses()
        .filter(one ->
            one.info().command().map(Path::of).filter(sitters()::contains).isPresent())
        .toList();
  }

  /** Waits until so many children sit, and ignore SIGTERM if they are to. */
  void awaitSitting(int count, boolean isStubborn) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      List<ProcessHandle> alive = sitting();
      boolean ready = alive.size() == count;
      for (ProcessHandle one : isStubborn ? alive : List.<ProcessHandle>of()) {
        ready &= ignoresTerm(one.pid());
      }
      if (ready) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("expected " + count + " live children, got " + alive.size());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** Waits until no child is alive, a second at most, and says how many are. */
  int leftAfterSecond() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    int left = sitting().size();
    while (left > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      left = sitting().size();
    }
    return left;
  }

  private static boolean ignoresTerm(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line ->
                (Long.parseUnsignedLong(line.substring(8).strip(), 16) & IGNORES_TERM) != 0);
  }

  /**
   * Ends what sits.
   *
   * @return how many there were
   */
  int endSitting() throws IOException, InterruptedException {
    List<ProcessHandle> alive = sitting();
    alive.forEach(ProcessHandle::destroyForcibly);
    awaitSitting(0, false);
    return alive.size();
  }

  /** When the benchmark is told to end: contenders first, since some start again what ended. */
  private void clear() {
    Server.endAll();
    sitting().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    endSitting();
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
