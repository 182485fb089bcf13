// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

/**
 * How the servers are loaded.
 *
 * @param connections how many there are at once
 * @param pipeline requests in flight on each of them
 * @param body bytes of the body of a request, and of its answer
 * @param forks how often each server is started anew, since no two JVMs compile alike
 * @param rounds rounds that are measured for each allocator and fork; in five the drift of the machine hits all of them alike
 * @param seconds length of a round
 * @param warmUp seconds of load that each server gets before
 * @param heap MiB of Java heap of each server; with 512 or less Netty's adaptive allocator does without its caches
 */
public record Settings(
        int connections, int pipeline, int body, int forks, int rounds, double seconds, double warmUp, int heap) {

    private static final double MOST = 1 << 20;

    /** Somewhat over a minute. */
    public static final Settings FAST = new Settings(16, 16, 100, 2, 5, 1, 4, 544);
    /** About a quarter of an hour. */
    public static final Settings FULL = new Settings(16, 16, 100, 5, 10, 4, 10, 544);
    /** Does it run? */
    public static final Settings SMOKE = new Settings(16, 16, 100, 1, 1, 0.3, 0.6, 128);

    /**
     * Replaces some of them.
     *
     * @param words {@code name=value}, with blanks between; empty for none
     * @return the new settings
     * @throws IllegalArgumentException if there is no such name, or the value makes no sense
     */
    public Settings with(String words) {
        Settings result = this;
        for (String word : words.isBlank() ? new String[0] : words.strip().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("'" + word + "' is not of the form name=value");
            }
            result = result.with(word.substring(0, equals), word.substring(equals + 1));
        }
        return result;
    }

    private Settings with(String name, String value) {
        double number = Double.parseDouble(value);
        int whole = (int) number;
        boolean fraction = name.equals("seconds") || name.equals("warmUp");
        if (!(number > 0 && number <= MOST) || !fraction && whole != number) {
            throw new IllegalArgumentException(name + "=" + value + " lies out of bounds");
        }
        return switch (name) {
            case "connections" -> new Settings(whole, pipeline, body, forks, rounds, seconds, warmUp, heap);
            case "pipeline" -> new Settings(connections, whole, body, forks, rounds, seconds, warmUp, heap);
            case "body" -> new Settings(connections, pipeline, whole, forks, rounds, seconds, warmUp, heap);
            case "forks" -> new Settings(connections, pipeline, body, whole, rounds, seconds, warmUp, heap);
            case "rounds" -> new Settings(connections, pipeline, body, forks, whole, seconds, warmUp, heap);
            case "seconds" -> new Settings(connections, pipeline, body, forks, rounds, number, warmUp, heap);
            case "warmUp" -> new Settings(connections, pipeline, body, forks, rounds, seconds, number, heap);
            case "heap" -> new Settings(connections, pipeline, body, forks, rounds, seconds, warmUp, whole);
            default ->
                throw new IllegalArgumentException("unknown name '" + name
                        + "': connections, pipeline, body, forks, rounds, seconds, warmUp, heap");
        };
    }

    String title() {
        return "http, " + connections + " x " + pipeline + " in flight, " + body + " B";
    }
}
