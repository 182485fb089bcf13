// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.ashlar.examples.dashboard.Dashboard;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Serves HTTP on Ashlar, loads it over real sockets, does the same with Netty's default allocator, and prints both side
 * by side.
 *
 * <p>Exit codes: 0 if all went well, 1 if an answer was wrong or a round failed, 2 if the command line made no sense or
 * the port could not be had.
 */
public final class HttpDemo {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    /** How long the background load may take to get its last answers. */
    private static final long STOP_MILLIS = 2_000;

    private final Options options;
    private final PrintStream out;
    private final PrintStream err;

    private HttpDemo(Options options, PrintStream out, PrintStream err) {
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the demonstration.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        int code = run(System.out, System.err, args);
        if (code != OK) {
            System.exit(code);
        }
    }

    /** What {@code main} does, with the exit code as its result. */
    static int run(PrintStream out, PrintStream err, String... args) {
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                out.print(Options.USAGE);
                return OK;
            }
            return new HttpDemo(options, out, err).run();
        } catch (Options.UsageException | DemoServer.CannotListenException e) {
            err.println("ashlar-examples: " + e.getMessage());
            return USAGE;
        }
    }

    private int run() throws DemoServer.CannotListenException {
        try (Shutdown shutdown = new Shutdown();
                LoadClient client = new LoadClient(options.seed())) {
            if (options.compare() && !compare(client)) {
                return FAILED;
            }
            if (options.serve()) {
                serve(client, shutdown);
            }
            return OK;
        } catch (IOException e) {
            err.println("ashlar-examples: the load failed: " + e.getMessage());
        } catch (ExecutionException e) {
            err.println("ashlar-examples: the load failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("ashlar-examples: interrupted");
        }
        return FAILED;
    }

    /** Prints the comparison; false if a buffer was not returned. */
    private boolean compare(LoadClient client)
            throws DemoServer.CannotListenException, IOException, ExecutionException, InterruptedException {
        try (Contender ashlar = Contender.ashlar(options.port(), options.arenas());
                Contender netty = Contender.nettyDefault()) {
            List<Contender> contenders = List.of(ashlar, netty);
            out.println(Report.header(options));
            Progress progress = new Progress(out, Progress.onTerminal());
            List<Totals> totals;
            try {
                totals = new Comparison(options, client, progress).run(contenders);
            } finally {
                progress.clear();
            }
            out.println();
            out.print(new Report(contenders, totals));
            long outstanding = totals.get(0).end().outstanding();
            if (outstanding != 0) {
                err.println("ashlar-examples: " + outstanding
                        + " buffers are still outstanding though nobody is connected any more");
            }
            return outstanding == 0;
        }
    }

    /** On a server of its own, which does what that of the comparison must not do: Netty's allocator has nothing like it. */
    private void serve(LoadClient client, Shutdown shutdown) throws DemoServer.CannotListenException, IOException {
        try (Contender ashlar = Contender.serving(options.port(), options.arenas())) {
            serve(ashlar, client, shutdown);
        }
    }

    private void serve(Contender ashlar, LoadClient client, Shutdown shutdown) throws IOException {
        String url = ashlar.server().url();
        out.println("Serving on Ashlar until Ctrl-C: " + url + "/ /echo /metrics /healthz");
        out.println("Open " + url + Dashboard.PATH + " in a browser to watch the allocator at work");
        out.println("Try: curl --data-binary 'hello' " + url + "/echo");
        if (options.backgroundLoad()) {
            List<LoadRun> loads = client.startBackground(ashlar.server().address());
            for (LoadRun load : loads) {
                load.done().addListener(end -> {
                    if (!end.isSuccess()) {
                        err.println("ashlar-examples: the background load failed: "
                                + end.cause().getMessage());
                    }
                });
            }
            shutdown.await();
            loads.forEach(LoadRun::stop);
            loads.forEach(load -> load.done().awaitUninterruptibly(STOP_MILLIS));
        } else {
            shutdown.await();
        }
        client.close();
        ashlar.server().close();
        out.println("Stopped. Buffers outstanding: " + ashlar.memory().get().outstanding());
    }
}
