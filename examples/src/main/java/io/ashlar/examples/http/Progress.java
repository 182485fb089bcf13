// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/** Shows what is going on: on a terminal in one line that changes, elsewhere in a plain line per step. */
final class Progress {

    private static final long TICK_NANOS = 100_000_000;

    private final PrintStream out;
    private final boolean terminal;
    private String step = "";
    private long begun;
    private long shown;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Whether a person sees the output as it comes, on something that can move its cursor. */
    static boolean onTerminal() {
        Console console = System.console();
        String kind = System.getenv("TERM");
        if (console == null || kind == null || kind.equals("dumb")) {
            return false;
        }
        try { // From JDK 22 there may be a console that is no terminal.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    void begin(String name) {
        step = name;
        begun = System.nanoTime();
        shown = begun;
        if (terminal) {
            line("");
        }
    }

    /** Tells how many answers have come so far. */
    void tick(long answers) {
        long now = System.nanoTime();
        if (terminal && now - shown >= TICK_NANOS) {
            shown = now;
            line(rate(answers, now));
        }
    }

    void end(long answers) {
        if (!terminal) {
            out.println("  " + step + rate(answers, System.nanoTime()));
        }
    }

    /** Takes the changing line off the screen. */
    void clear() {
        if (terminal) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }

    private String rate(long answers, long now) {
        return String.format(Locale.ROOT, ": %,d answers, %,.0f/s", answers, answers * 1e9 / Math.max(1, now - begun));
    }

    private void line(String rate) {
        out.print("\r  " + step + rate + "\u001b[K");
        out.flush();
    }
}
