package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts, and lists of pointers to them, as {@code execve(2)} takes them. The memory is used again;
 * one thread at a time. Addresses are good until the next {@link #clear}.
 */
final class Texts {
  private MemorySegment memory = Arena.ofAuto().allocate(1 << 14, 8);
  private final List<byte[]> texts = new ArrayList<>();
  private final List<Integer> listEnds = new ArrayList<>();
  private long[] addresses = {};

  void clear() {
    texts.clear();
    listEnds.clear();
  }

  /** Adds a text and returns its number. */
  int add(String text) {
    texts.add(text.getBytes(StandardCharsets.UTF_8));
    return texts.size() - 1;
  }

  /** What was added since the last end, or the beginning, is a list. */
  void endList() {
    listEnds.add(texts.size());
  }

  /**
   * Writes all down: first the lists, each ended by a null pointer, then the texts.
   *
   * @return the address of each list
   */
  long[] write() {
    int listed = listEnds.isEmpty() ? 0 : listEnds.getLast();
    long pointers = (listed + listEnds.size()) * 8L;
    long size = pointers;
    for (byte[] text : texts) {
      size += text.length + 1L;
    }
    if (memory.byteSize() < size) {
      memory = Arena.ofAuto().allocate(size * 2, 8);
    }
    addresses = new long[texts.size()];
    long at = pointers;
    for (int i = 0; i < addresses.length; i++) {
      byte[] text = texts.get(i);
      MemorySegment.copy(text, 0, memory, JAVA_BYTE, at, text.length);
      memory.set(JAVA_BYTE, at + text.length, (byte) 0);
      addresses[i] = memory.address() + at;
      at += text.length + 1L;
    }
    long[] lists = new long[listEnds.size()];
    long pointer = 0;
    int text = 0;
    for (int list = 0; list < lists.length; list++) {
      lists[list] = memory.address() + pointer;
      for (; text < listEnds.get(list); text++, pointer += 8) {
        memory.set(JAVA_LONG, pointer, addresses[text]);
      }
      memory.set(JAVA_LONG, pointer, 0L);
      pointer += 8;
    }
    return lists;
  }

  /** Where a text was written. */
  long address(int number) {
    return addresses[number];
  }
}
