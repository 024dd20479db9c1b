package io.headcount.child;

import static io.headcount.child.AdapterException.ORPHANS_AFTER_LEADER_EXIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.output.StdStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Both outputs are delivered to the last byte, and none after the end. */
interface OutputContract extends Contract {
  int LARGE = 10_000_000;

  @Test
  default void bothStreamsAreCompleteWhenTheyAreLarge() throws Exception {
    byte[] out = random(1, LARGE);
    byte[] err = random(2, LARGE / 2 + 1);
    Path outFile = Files.write(bench().folder.resolve("out"), out);
    Path errFile = Files.write(bench().folder.resolve("err"), err);

    TestRun run =
        bench().run(Command.sh("cat '" + outFile + "' & cat '" + errFile + "' >&2; wait"));

    assertThat(sha256(run.bytes(StdStream.STDOUT))).isEqualTo(sha256(out));
    assertThat(sha256(run.bytes(StdStream.STDERR))).isEqualTo(sha256(err));
    assertThat(run.end().outputTruncated()).isFalse();
  }

  @RepeatedTest(10)
  default void outputIsDeliveredWhenTheChildExitsRightAfterIt() {
    TestRun run = bench().run(Command.sh("head -c 65536 /dev/zero; printf 'a\\0b' >&2; exit 3"));

    assertThat(run.bytes(StdStream.STDOUT)).hasSize(65536).containsOnly(0);
    assertThat(run.bytes(StdStream.STDERR)).containsExactly('a', 0, 'b');
    assertThat(run.exit().code()).isEqualTo(3);
  }

  @Test
  default void nothingIsLostWhenTheOwnerIsBusy() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    TestRun run =
        bench()
            .start(
                Command.sh("until [ -e go ]; do sleep 0.01; done; head -c 3000000 /dev/zero")
                    .in(bench().folder));
    run.child();
    run.owner.execute(() -> await(busy));
    Files.createFile(bench().folder.resolve("go"));
    Bench.await()
        .during(Duration.ofMillis(100))
        .until(() -> run.bytes(StdStream.STDOUT).length < 3_000_000);
    busy.countDown();

    run.end();
    assertThat(run.bytes(StdStream.STDOUT)).hasSize(3_000_000);
  }

  @Test
  default void outputIsDeliveredAtOnceWhenTheChildGoesOn() {
    TestRun run = bench().start(Command.sh("printf now; exec sleep 60"));

    run.awaitOut("now");
    assertThat(run.hasExited()).isFalse();
  }

  @Test
  default void outputEndsWithTheRunWhenADescendantWritesForEver() {
    TestRun run = bench().start(Command.sh("(echo $$; exec yes) & sleep 0.2"));

    ChildEnd end = run.end();
    int heard = run.bytes(StdStream.STDOUT).length;
    assertThat(end.survivors()).isEmpty();
    assertThat(end.outputTruncated()).isFalse();
    assertThat(heard).isPositive();
    Bench.await()
        .during(Duration.ofMillis(100))
        .until(() -> run.bytes(StdStream.STDOUT).length == heard);
  }

  @Test
  default void nothingIsHeardAfterTheEndWhenAnUnseenDescendantWritesOn() {
    TestRun run =
        bench().start(Command.sh("(while echo x; do sleep 0.02; done) & echo $! >&2; exit 0"));

    ChildEnd end = run.end();
    ProcessHandle.of(Long.parseLong(run.err().strip())).ifPresent(bench()::stray);
    int heard = run.out().length();
    if (!bench().excepts(ORPHANS_AFTER_LEADER_EXIT)) {
      assertThat(end.outputTruncated()).isFalse();
    }
    Bench.await().during(Duration.ofMillis(200)).until(() -> run.out().length() == heard);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] random(long seed, int length) throws IOException {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
