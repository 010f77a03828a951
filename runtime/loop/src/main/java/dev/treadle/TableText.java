package dev.treadle;

import java.util.ArrayList;
import java.util.List;

/** The table: one row per task. */
final class TableText {
  private static final int WIDEST = 60;

  private TableText() {}

  static String of(LoopInfo info) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("id", "task", "state", "for", "waiting for", "awaited by"));
    for (TaskInfo task : info.tasks()) {
      String waitingFor = task.waitingFor();
      rows.add(
          List.of(
              Long.toString(task.id()),
              task.name(),
              task.state(),
              waitingFor == null ? "" : DumpText.seconds(task.waiting()),
              waitingFor == null ? "" : waitingFor,
              String.join(", ", task.awaitedBy())));
    }
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cut(row.get(i)).length());
      }
    }
    StringBuilder text = new StringBuilder(DumpText.heading(info, false));
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = cut(row.get(i));
        line.append("  ").append(cell).repeat(' ', widths[i] - cell.length());
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.append(DumpText.omitted(info)).toString();
  }

  private static String cut(String cell) {
    String line = cell.replace('\n', ' ');
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }
}
