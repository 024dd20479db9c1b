package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.context.TestPropertySource;

/** Output that is mostly on disk, over HTTP. */
@Timeout(120)
@TestPropertySource(properties = "headcount.defaults.spill-output=512MB")
class SpilledOutputTests extends Service {
  private String start(String shell) {
    return id(
        api.post(
                "/v1/runs",
                "{\"shell\": \"%s\", \"output\": {\"retainBytes\": 65536}}".formatted(shell))
            .json());
  }

  @Test
  void everyWayOfReadingGivesTheSameBytesWhenTheyAreOnDisk() throws Exception {
    String id = start("seq 1 800000; seq 1 800000 >&2; seq 800001 1500000");
    awaitState(id, "exited");
    byte[] out = lines(1, 1_500_000);
    byte[] err = lines(1, 800_000);
    String path = "/v1/runs/" + id + "/output";
    Reply all = api.get(path);
    assertThat(all.header("Output-First")).isEqualTo("0");
    assertThat(all.body()).hasSize(out.length + err.length);
    assertThat(api.get(path + "?stream=stdout").body()).isEqualTo(out);
    assertThat(api.get(path + "?stream=stderr&follow=true").body()).isEqualTo(err);
    assertThat(api.get(path + "?stream=stdout&tail=7000000").body())
        .isEqualTo(Arrays.copyOfRange(out, out.length - 7_000_000, out.length));
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      int from = random.nextInt(err.length);
      int to = Math.min(from + random.nextInt(300_000), err.length - 1);
      Reply part = api.get(path + "?stream=stderr", "Range", "bytes=" + from + "-" + to);
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(err, from, to + 1));
      Reply ofAll = api.get(path, "Range", "bytes=" + from + "-" + to);
      assertThat(ofAll.body()).isEqualTo(Arrays.copyOfRange(all.body(), from, to + 1));
    }
  }

  private static byte[] lines(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining("\n", "", "\n"))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
