package io.headcount.config;

import io.headcount.output.BootFolder;
import io.headcount.output.BootRecord;
import io.headcount.output.DeadBoot;
import io.headcount.supervisor.SweepMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The lives of the service that share a data directory.
 *
 * @param folder of this one
 * @param dead those that are over
 */
record Boots(BootFolder folder, List<DeadBoot> dead) implements AutoCloseable {

  static Boots open(Path base, String boot, String imprint, SweepMode mode) {
    List<DeadBoot> dead = new ArrayList<>();
    BootRecord record = BootRecord.ofThisProcess(boot, imprint);
    return new Boots(BootFolder.open(base, record, mode != SweepMode.OFF, dead), dead);
  }

  @Override
  public void close() {
    folder.close();
  }
}
