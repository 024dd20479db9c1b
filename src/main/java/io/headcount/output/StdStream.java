package io.headcount.output;

/** The two streams a command writes. */
public enum StdStream {
  STDOUT("stdout"),
  STDERR("stderr");

  private final String label;

  StdStream(String label) {
    this.label = label;
  }

  /** The name in JSON, meters and query parameters. */
  public String label() {
    return label;
  }
}
