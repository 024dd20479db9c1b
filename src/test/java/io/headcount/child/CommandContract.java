package io.headcount.child;

import static io.headcount.child.AdapterException.ARGV_0;
import static io.headcount.child.AdapterException.CONFINEMENT;
import static io.headcount.child.AdapterException.LIMITS;
import static io.headcount.child.AdapterException.SESSIONS;
import static io.headcount.child.AdapterException.TEXT_OUTSIDE_THE_LOCALE;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Limits;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A child gets what the request says, and nothing else. */
interface CommandContract extends Contract {

  @Test
  default void environmentIsExactlyWhatWasGiven() {
    Map<String, String> env = Map.of("PATH", "/usr/bin:/bin", "EMPTY", "", "ODD", "a=b c\"'$d");

    TestRun run = bench().run(Command.of("env").with(env));

    Map<String, String> seen =
        run.out()
            .lines()
            .collect(
                Collectors.toMap(
                    line -> line.substring(0, line.indexOf('=')),
                    line -> line.substring(line.indexOf('=') + 1)));
    assertThat(seen).containsAllEntriesOf(env).hasSize(env.size() + 1);
    assertThat(seen.get(ChildSpec.COOKIE)).startsWith("contract-");
  }

  @Test
  default void argumentsArriveAsTheyAre() {
    TestRun run =
        bench()
            .run(
                Command.of(
                    "printf", "<%s>", "", "a b", "'\"\\", "line\nbreak", "*", "--", "$PATH"));

    assertThat(run.out()).isEqualTo("<><a b><'\"\\><line\nbreak><*><--><$PATH>");
  }

  @Test
  default void argumentsKeepEveryLetter() {
    TestRun run = bench().run(Command.of("printf", "%s", "grün 漢字"));

    Charset locale = Charset.forName(System.getProperty("sun.jnu.encoding"));
    boolean kept = !bench().excepts(TEXT_OUTSIDE_THE_LOCALE) || locale.newEncoder().canEncode('漢');
    assertThat(run.out()).isEqualTo(kept ? "grün 漢字" : "gr?n ??");
  }

  @Test
  default void nameOfTheCommandIsItsFirstArgument() {
    TestRun run = bench().run(Command.of("sh", "-c", "tr '\\0' '\\n' </proc/$$/cmdline | head -1"));

    if (bench().excepts(ARGV_0)) {
      assertThat(run.out().strip()).endsWith("/sh");
    } else {
      assertThat(run.out().strip()).isEqualTo("sh");
    }
  }

  @Test
  default void commandIsFoundInThePathOfTheChild() throws IOException {
    Path tool = bench().script("headcount-test-tool", "#!/bin/sh\necho found\n");
    Map<String, String> env = Map.of("PATH", "/nonexistent:" + tool.getParent() + ":/bin");

    assertThat(bench().run(Command.of("headcount-test-tool").with(env)).out()).isEqualTo("found\n");
  }

  @Test
  default void commandIsFoundInTheSystemsFoldersWhenTheChildHasNoPath() {
    assertThat(bench().run(Command.of("echo", "found").with(Map.of())).out()).isEqualTo("found\n");
  }

  @Test
  default void commandIsFoundFromTheWorkingDirectoryWhenItsPathIsRelative() throws IOException {
    Path tool = bench().script("tool", "#!/bin/sh\necho \"found in $(pwd -P)\"\n");
    Path folder = tool.getParent().toRealPath();

    String expected = "found in " + folder + "\n";
    assertThat(bench().run(Command.of("./tool").in(folder)).out()).isEqualTo(expected);
    assertThat(bench().run(Command.of("tool").in(folder).with(Map.of("PATH", ""))).out())
        .isEqualTo(expected);
  }

  @Test
  default void workingDirectoryIsTheOneAskedFor() throws IOException {
    Path folder = Files.createDirectory(bench().folder.resolve("a folder")).toRealPath();

    assertThat(bench().run(Command.sh("pwd -P").in(folder)).out()).isEqualTo(folder + "\n");
  }

  @Test
  default void childHasTheThreeStandardDescriptorsOnly() {
    assertThat(bench().run(Command.sh("ls /proc/$$/fd; true")).out()).isEqualTo("0\n1\n2\n");
  }

  @Test
  default void childLeadsASessionOfItsOwn() {
    TestRun run = bench().run(Command.sh("cut -d' ' -f1,5,6 /proc/$$/stat"));

    String[] ids = run.out().strip().split(" ");
    if (bench().excepts(SESSIONS)) {
      assertThat(ids[2]).isNotEqualTo(ids[0]);
    } else {
      assertThat(ids).containsOnly(ids[0]);
    }
  }

  @Test
  default void limitsAreSetWhenAskedFor() {
    TestRun run =
        bench()
            .start(
                Command.sh("ulimit -n")
                    .limited(new Limits(null, null, 64L, null, null, null, null)));

    if (bench().excepts(LIMITS)) {
      assertThat(run.failure().kind()).isEqualTo(StartFailure.Kind.OTHER);
      assertThat(run.failure().message()).contains("openFiles=64", "linux adapter");
    } else {
      run.end();
      assertThat(run.out()).isEqualTo("64\n");
    }
  }

  @Test
  default void commandIsConfinedWhenAskedFor() {
    Confinement wanted = new Confinement(true, null, null, null);
    TestRun run =
        bench()
            .start(Command.of("grep", "-c", "NoNewPrivs:.1", "/proc/self/status").confined(wanted));

    if (bench().excepts(CONFINEMENT)) {
      assertThat(run.failure().kind()).isEqualTo(StartFailure.Kind.OTHER);
      assertThat(run.failure().message()).contains("linux adapter");
    } else {
      run.end();
      assertThat(run.out()).isEqualTo("1\n");
    }
    for (Means means : Means.values()) {
      assertThat(bench().adapter.lacks(means).isPresent()).isEqualTo(bench().excepts(CONFINEMENT));
    }
  }

  @Test
  default void workingDirectoryThatIsOutOfItsRootIsBad() throws IOException {
    Path root = Files.createDirectory(bench().folder.resolve("root"));
    Path inside = Files.createDirectory(root.resolve("inside")).toRealPath();
    Path out = Files.createSymbolicLink(root.resolve("out"), Path.of("/etc"));
    Confinement wanted = new Confinement(false, null, root, null);

    assertThat(bench().run(Command.of("pwd").in(inside).confined(wanted)).out())
        .isEqualTo(inside + "\n");
    for (Path wrong : new Path[] {out, inside.resolve("../.."), Path.of("/")}) {
      TestRun run = bench().start(Command.of("pwd").in(wrong).confined(wanted));
      assertThat(run.failure().kind()).isEqualTo(StartFailure.Kind.BAD_CWD);
    }
  }
}
