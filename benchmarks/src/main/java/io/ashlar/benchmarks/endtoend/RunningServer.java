// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link ServerProcess} as seen by the one that started it. It ends when it is closed, and also when the process that
 * started it ends in any way: its standard input ends then.
 */
final class RunningServer implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final Contestant contestant;
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private final InetSocketAddress address;

    RunningServer(Contestant contestant, int heapMib) throws IOException {
        this.contestant = contestant;
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // The whole Java heap is resident from the start, so that what RSS gains later is not Java heap.
        command.addAll(List.of("-Xms" + heapMib + "m", "-Xmx" + heapMib + "m", "-XX:+AlwaysPreTouch"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ServerProcess.class.getName()));
        command.add(contestant.name());
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader();
        orders = new PrintWriter(process.outputWriter(), true);
        address = new InetSocketAddress("127.0.0.1", Integer.parseInt(answer()));
    }

    Contestant contestant() {
        return contestant;
    }

    InetSocketAddress address() {
        return address;
    }

    ServerReading read() throws IOException {
        return ask(ServerProcess.READ);
    }

    /** Has garbage collected, so that what stays is in the old generation, as in a server that has run for long. */
    void collect() throws IOException {
        ask(ServerProcess.COLLECT);
    }

    private ServerReading ask(String order) throws IOException {
        orders.println(order);
        return ServerReading.parse(answer());
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            process.destroyForcibly();
            throw new IOException("the server on " + contestant.title() + " has ended, pid=" + process.pid());
        }
        return line;
    }

    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
