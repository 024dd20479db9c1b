package io.headcount.child.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Memory that the kernel writes to and reads from. Freed when nobody holds it any more. */
public final class NativeBuffer {
  private final MemorySegment segment;
  private final ByteBuffer view;

  public NativeBuffer(int capacity) {
    segment = Arena.ofAuto().allocate(capacity, 16);
    view = segment.asByteBuffer();
  }

  long address() {
    return segment.address();
  }

  public int capacity() {
    return view.capacity();
  }

  /** The first {@code length} bytes, from position 0 to the limit. Always the same object. */
  public ByteBuffer view(int length) {
    return view.clear().limit(length);
  }

  /** The byte at {@code index}, whatever the limit of the view. */
  public byte get(int index) {
    return segment.get(ValueLayout.JAVA_BYTE, index);
  }
}
