package dev.treadle.docs;

/**
 * A fenced block of a page.
 *
 * @param page the page's path from the repository's root
 * @param line the number of the block's first line, the fence
 * @param info what stands behind the opening backticks, such as {@code java no-run: "why"}
 * @param text the lines between the fences, each with its line feed
 * @param adjacent whether only blank lines separate it from the fence before it
 */
record Fence(String page, int line, String info, String text, boolean adjacent) {
  String language() {
    return info.split("\\s", 2)[0];
  }

  /** The info string without the language. */
  String remark() {
    return info.substring(language().length()).strip();
  }
}
