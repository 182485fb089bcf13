// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ashlar.examples.http.DemoServer;
import io.ashlar.examples.prometheus.Board.Panel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * Draws the board without Grafana: its own expressions are asked of Prometheus, and a page of ours draws the answers, in a real browser, where the board has its
 * panels.
 */
final class BoardPicture {

    private static final String ECHARTS = "/io/ashlar/examples/dashboard/echarts.min.js";
    private static final List<String> PAGE = List.of("board.html", "board.css", "board.js", "units.js");
    private static final int WIDTH = 1440;

    private final ObjectMapper json = new ObjectMapper();
    private final Board board;
    private final Prometheus prometheus;
    private final String rateInterval;

    /**
     * A picture to be.
     *
     * @param board what is drawn
     * @param prometheus has the figures
     * @param rateInterval the time that rates are taken over, such as {@code 10s}
     */
    BoardPicture(Board board, Prometheus prometheus, String rateInterval) {
        this.board = board;
        this.prometheus = prometheus;
        this.rateInterval = rateInterval;
    }

    /**
     * Draws it. Fails if a panel could not be drawn.
     *
     * @param folder where the page is put together
     * @param from seconds since 1970
     * @param to seconds since 1970
     * @return a PNG
     */
    byte[] draw(Path folder, long from, long to) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        for (String file : PAGE) {
            copy(BoardPicture.class.getResourceAsStream(file), folder.resolve(file));
        }
        copy(DemoServer.class.getResourceAsStream(ECHARTS), folder.resolve("echarts.min.js"));
        Files.writeString(folder.resolve("figures.js"), "window.figures = " + figures(from, to) + ";\n");
        ChromeDriver browser = browser(folder.resolve("profile"));
        try {
            browser.get(folder.resolve("board.html").toUri().toString());
            assertEquals(List.of(), browser.executeScript("return window.problems"), "the browser's problems");
            long panels =
                    board.panels().stream().filter(panel -> !panel.isRow()).count();
            assertEquals(panels, browser.executeScript("return window.drawn"), "panels drawn");
            Object height = browser.executeScript("return document.getElementById('board').offsetHeight");
            browser.executeCdpCommand(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", WIDTH, "height", height, "deviceScaleFactor", 1, "mobile", false));
            return FewColors.of(browser.getScreenshotAs(OutputType.BYTES));
        } finally {
            browser.quit();
        }
    }

    private static void copy(InputStream from, Path to) throws IOException {
        try (from) {
            Files.copy(from, to);
        }
    }

    private static ChromeDriver browser(Path profile) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Tool.CHROMIUM.path().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=" + WIDTH + ",900",
                "--user-data-dir=" + profile);
        // Not with the service's builder: javac would warn of an annotation on it whose class is not there.
        System.setProperty(
                ChromeDriverService.CHROME_DRIVER_EXE_PROPERTY,
                Tool.CHROMEDRIVER.path().toString());
        return new ChromeDriver(ChromeDriverService.createDefaultService(), options);
    }

    private ObjectNode figures(long from, long to) throws IOException, InterruptedException {
        ObjectNode figures = json.createObjectNode().put("from", from).put("to", to);
        ArrayNode panels = figures.putArray("panels");
        for (Panel panel : board.panels()) {
            ArrayNode answers =
                    panels.addObject().<ObjectNode>set("panel", panel.json()).putArray("answers");
            for (int i = 0; i < panel.targets().size(); i++) {
                String expression = board.fill(panel.targets().get(i).expression(), rateInterval, (to - from) + "s");
                ObjectNode answer = answers.addObject();
                answer.set("target", panel.json().path("targets").path(i));
                ArrayNode series = answer.putArray("series");
                prometheus
                        .queryRange(expression, panel.targets().get(i).instant() ? to : from, to)
                        .forEach(one -> series.addObject()
                                .<ObjectNode>set("labels", one.path("metric"))
                                .set("values", one.path("values")));
            }
        }
        return figures;
    }
}
