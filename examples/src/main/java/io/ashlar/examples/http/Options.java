// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import java.util.Iterator;
import java.util.List;

/**
 * What was asked for on the command line.
 *
 * @param help print the usage and stop
 * @param serve keep serving until the process is told to stop
 * @param compare run the comparison with Netty's default allocator
 * @param arenas give each request on Ashlar an arena of its own
 * @param backgroundLoad keep a light load running while serving
 * @param port the port of the server on Ashlar, 0 for any free one
 * @param seconds measured seconds of load per server
 * @param connections concurrent connections
 * @param pipeline requests in flight on each connection
 * @param seed what the mix of requests is drawn from
 */
record Options(
        boolean help,
        boolean serve,
        boolean compare,
        boolean arenas,
        boolean backgroundLoad,
        int port,
        int seconds,
        int connections,
        int pipeline,
        long seed) {

    static final int SERVE_PORT = 8080;

    static final String USAGE = """
            Serves HTTP on Ashlar and compares it with Netty's default allocator under the same load.

              --serve            keep serving on Ashlar after the comparison, until Ctrl-C
              --no-load          with --serve: skip the comparison and serve at once
              --load             with --serve: keep a light load running while serving
              --arenas           give each request on Ashlar a request arena
              --port N           port of the server on Ashlar (default 8080 with --serve, else any free one)
              --seconds N        measured seconds of load per server (default 4)
              --connections N    concurrent connections (default 16)
              --pipeline N       requests in flight on each connection (default 8)
              --seed N           seed of the mix of requests (default 42)
              --help             this text
            """;

    /** The command line makes no sense. The message is one line, for the person who typed it. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * Reads a command line.
     *
     * @param args the arguments as {@code main} got them
     * @return the options, with defaults for what was not named
     * @throws UsageException if an option is unknown, lacks its value, or has one that makes no sense
     */
    static Options parse(String... args) throws UsageException {
        boolean help = false;
        boolean serve = false;
        boolean noLoad = false;
        boolean load = false;
        boolean arenas = false;
        long port = -1;
        long seconds = 4;
        long connections = 16;
        long pipeline = 8;
        long seed = 42;
        Iterator<String> words = List.of(args).iterator();
        while (words.hasNext()) {
            String option = words.next();
            switch (option) {
                case "--help", "-h" -> help = true;
                case "--serve" -> serve = true;
                case "--no-load" -> noLoad = true;
                case "--load" -> load = true;
                case "--arenas" -> arenas = true;
                case "--port" -> port = number(option, words, 0, 65_535);
                case "--seconds" -> seconds = number(option, words, 1, 3_600);
                case "--connections" -> connections = number(option, words, 1, 1_000);
                case "--pipeline" -> pipeline = number(option, words, 1, 256);
                case "--seed" -> seed = number(option, words, Long.MIN_VALUE, Long.MAX_VALUE);
                default -> throw new UsageException("unknown option '" + option + "': --help lists them");
            }
        }
        if ((noLoad || load) && !serve && !help) {
            throw new UsageException((noLoad ? "--no-load" : "--load") + " makes sense only together with --serve");
        }
        if (port < 0) {
            port = serve ? SERVE_PORT : 0;
        }
        return new Options(
                help, serve, !noLoad, arenas, load, (int) port, (int) seconds, (int) connections, (int) pipeline, seed);
    }

    private static long number(String option, Iterator<String> words, long least, long most) throws UsageException {
        if (!words.hasNext()) {
            throw new UsageException(option + " needs a value: --help shows which");
        }
        String word = words.next();
        long value;
        try {
            value = Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new UsageException(option + " needs a whole number, not '" + word + "'");
        }
        if (value < least || value > most) {
            throw new UsageException(option + " must lie between " + least + " and " + most + ", not " + value);
        }
        return value;
    }
}
