package dev.treadle.demos;

/**
 * What a producer hands over: a line with its end, or a part of one that is very long or that the
 * file ends without ending. A slice of the chunk it was read in, so nothing is copied.
 *
 * @param inWord whether it begins inside a word of the part before
 * @param ends whether it has the line's end
 */
record Line(byte[] chunk, int from, int to, boolean inWord, boolean ends) {
  int size() {
    return to - from;
  }
}
