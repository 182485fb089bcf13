// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The files of the page and the figures that it shows, by their paths. The files are read once, from beside this class; a path is only ever
 * looked up among theirs, so that nothing else can be reached by one.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Dashboard {

    /** Where the page is. */
    public static final String PATH = "/dashboard";

    /** Where its figures are. */
    public static final String DATA = PATH + "/data";

    /** What a browser may load and do for the page: what comes from this server, and nothing else. */
    public static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String HTML = "text/html; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";
    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
    private static final String SVG = "image/svg+xml";
    private static final String JSON = "application/json";

    private static final String ALWAYS_ASK = "no-cache";
    private static final String NEVER_KEEP = "no-store";
    private static final String KEEP_FOR_A_DAY = "max-age=86400";

    private static final List<String> MODULES = List.of(
            "page", "theme", "history", "figures", "format", "axes", "memory", "classes", "rates", "latency", "ages",
            "regions");

    private static final ObjectWriter WRITER = new ObjectMapper().writerFor(Snapshot.class);

    private final Map<String, Content> files = new HashMap<>();
    private final Supplier<Snapshot> snapshots;

    /**
     * Something to answer with.
     *
     * @param type the value of {@code Content-Type}
     * @param caching the value of {@code Cache-Control}
     * @param bytes the body; not to be changed
     */
    public record Content(String type, String caching, byte[] bytes) {}

    /**
     * Reads the files.
     *
     * @param snapshots gives the current figures; called for each request for them, on the thread that answers it
     */
    public Dashboard(Supplier<Snapshot> snapshots) {
        this.snapshots = snapshots;
        files.put(PATH, file("index.html", HTML, ALWAYS_ASK));
        serve("style.css", CSS, ALWAYS_ASK);
        serve("icon.svg", SVG, ALWAYS_ASK);
        serve("echarts.min.js", JAVASCRIPT, KEEP_FOR_A_DAY);
        for (String module : MODULES) {
            serve(module + ".js", JAVASCRIPT, ALWAYS_ASK);
        }
    }

    private void serve(String name, String type, String caching) {
        files.put(PATH + "/" + name, file(name, type, caching));
    }

    private static Content file(String name, String type, String caching) {
        try (InputStream in = Dashboard.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the dashboard's file name=" + name + " is not on the class path");
            }
            return new Content(type, caching, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the dashboard's file name=" + name, e);
        }
    }

    /**
     * Whether something is there.
     *
     * @param path the path of a request, as it was sent
     * @return whether {@link #content} has an answer
     */
    public boolean serves(String path) {
        return path.equals(DATA) || files.containsKey(path);
    }

    /**
     * What is there.
     *
     * @param path a path that {@linkplain #serves is served}
     * @return a file, or the figures of this moment
     * @throws IllegalArgumentException if nothing is there
     */
    public Content content(String path) {
        if (path.equals(DATA)) {
            return new Content(JSON, NEVER_KEEP, json(snapshots.get()));
        }
        Content file = files.get(path);
        if (file == null) {
            throw new IllegalArgumentException("nothing is served at path=" + path);
        }
        return file;
    }

    private static byte[] json(Snapshot snapshot) {
        try {
            return WRITER.writeValueAsBytes(snapshot);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the figures cannot be written as JSON", e);
        }
    }
}
