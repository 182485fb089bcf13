// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import io.ashlar.netty.AshlarByteBufAllocator;
import io.netty.buffer.ByteBuf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** Opens the dashboard in a real browser, while the example's own client loads the server. */
class DashboardIT {

    private static final int DESKTOP = 1440;
    private static final int PHONE = 390;
    private static final int NARROWEST = 320;

    private static final List<String> CHARTS = List.of("memory", "classes", "rates", "latency", "ages", "regions");

    /** How many pixels of a chart have exactly the colour of the style sheet. */
    private static final String PIXELS = """
            const probe = document.createElement("span");
            document.body.append(probe);
            probe.style.color = `var(--${arguments[1]})`;
            const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
            probe.remove();
            const canvas = document.querySelector(`#${arguments[0]} canvas`);
            if (!canvas) {
              return 0;
            }
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
              if (data[i + 3] === 255 && wanted.every((it, k) => data[i + k] === it)) {
                count++;
              }
            }
            return count;
            """;

    private static Contender ashlar;
    private static LoadClient client;

    private Browser browser;

    @BeforeAll
    static void serve() throws Exception {
        ashlar = Contender.serving(0, true);
        client = new LoadClient(42);
        client.startBackground(ashlar.server().address());
    }

    @AfterAll
    static void stop() {
        client.close();
        ashlar.close();
    }

    @BeforeEach
    void launch() throws Exception {
        browser = new Browser();
        browser.emulate(DESKTOP, 900, false);
    }

    @AfterEach
    void quit() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    private void open() throws InterruptedException {
        open(ashlar.server().url());
    }

    private void open(String server) throws InterruptedException {
        browser.open(server + "/dashboard");
        browser.await("the first figures are missing", "return document.querySelector('#tiles dd') !== null");
    }

    private void awaitChange(String what, String script, Object... arguments) throws InterruptedException {
        browser.await(
                what + " stays " + browser.run("return " + script, arguments),
                "return String(" + script + ") !== arguments[" + arguments.length + "]",
                append(arguments, String.valueOf(browser.run("return String(" + script + ")", arguments))));
    }

    private static Object[] append(Object[] values, Object last) {
        Object[] all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = last;
        return all;
    }

    @Test
    void everyChartIsThere() throws Exception {
        open();
        assertEquals(
                CHARTS,
                browser.run("return [...document.querySelectorAll('.card')].filter((it) => it.querySelector('canvas'))"
                        + ".map((it) => it.id)"));
    }

    @ParameterizedTest
    @CsvSource({
        "memory, blue sky idle, 500",
        "rates, blue orange, 20",
        "latency, blue red, 20",
        "classes, heat-0, 20",
        "ages, blue, 200",
        "regions, blue orange idle, 50",
    })
    void chartsShowTheirColoursInLightAndInDark(String chart, String colours, int pixels) throws Exception {
        open();
        String enough = PIXELS.replace("return count;", "return count >= arguments[2];");
        for (boolean dark : new boolean[] {false, true}) {
            browser.emulate(DESKTOP, 900, dark);
            for (String colour : colours.split(" ")) {
                browser.await("there is no " + colour + " in " + chart, enough, chart, colour, pixels);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "classes", "rates", "latency", "ages", "regions"})
    void chartsAndTheirTextsChangeUnderLoad(String chart) throws Exception {
        open();
        awaitChange(
                "the picture of " + chart,
                "document.querySelector(`#${arguments[0]} canvas`).toDataURL().slice(-20_000)",
                chart);
        awaitChange(
                "the text of " + chart,
                "document.querySelector(`#${arguments[0]} .key`).textContent"
                        + " + document.querySelector(`#${arguments[0]} .sentence`).textContent",
                chart);
        browser.run("document.querySelector(`#${arguments[0]} details`).open = true; return true", chart);
        browser.await(
                "no table of " + chart,
                "return document.querySelectorAll(`#${arguments[0]} tbody td`).length > 1",
                chart);
        awaitChange("the table of " + chart, "document.querySelector(`#${arguments[0]} tbody`).textContent", chart);
    }

    @Test
    void nothingIsComplainedOfAndNothingAskedForElsewhere() throws Exception {
        open();
        for (boolean dark : new boolean[] {true, false}) {
            browser.emulate(DESKTOP, 900, dark);
            browser.run("document.querySelectorAll('details').forEach((it) => { it.open = dark; }); return true"
                    .replace("dark", Boolean.toString(dark)));
            hoverOverCharts();
        }
        assertEquals(List.of(), browser.console());
        List<String> requests = browser.requests();
        assertTrue(requests.contains(ashlar.server().url() + "/dashboard/data"), requests::toString);
        for (String url : requests) {
            assertTrue(url.startsWith(ashlar.server().url() + "/dashboard"), url);
        }
    }

    /** So that the tooltips are made, too. */
    private void hoverOverCharts() throws InterruptedException {
        for (String chart : CHARTS) {
            browser.run(
                    "const place = document.querySelector(`#${arguments[0]} .chart`);"
                            + "place.scrollIntoView({ block: 'center' });"
                            + "const chart = echarts.getInstanceByDom(place);"
                            + "chart.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: 0 });"
                            + "return true",
                    chart);
            Thread.sleep(100);
        }
    }

    @ParameterizedTest
    @CsvSource({"1440, false", "1440, true", "390, false", "390, true"})
    void axeFindsNoViolation(int width, boolean dark) throws Exception {
        browser.emulate(width, 900, dark);
        open();
        browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true; }); return true");
        browser.await("no tables", "return document.querySelectorAll('tbody tr').length > 20");
        assertNothingViolated();
    }

    private void assertNothingViolated() {
        Results results = new AxeBuilder().analyze(browser.driver());
        assertFalse(results.isErrored(), results::getErrorMessage);
        assertTrue(results.getPasses().size() > 20, "axe has looked at hardly anything");
        assertEquals(
                List.of(), results.getViolations().stream().map(Rule::toString).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {PHONE, NARROWEST})
    void itFitsAPhone(int width) throws Exception {
        browser.emulate(width, 844, false);
        open();
        browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true; }); return true");
        browser.await("no tables", "return document.querySelectorAll('tbody tr').length > 20");
        assertEquals(width, browser.number("return document.documentElement.scrollWidth"));
        assertEquals(List.of(), browser.run("""
                        return [...document.querySelectorAll("#tiles .value")]
                          .map((it) => {
                            it.textContent = "123,456,789";
                            return `${it.scrollWidth} of ${it.clientWidth}, page ${document.documentElement.scrollWidth}`;
                          })
                          .filter((it) => !(parseInt(it) <= parseInt(it.split(" ")[2]) && it.endsWith(` ${innerWidth}`)));
                        """));
        assertEquals(List.of(), browser.run("""
                        return [...document.querySelectorAll("body *")]
                          .filter((it) => it.checkVisibility() && [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
                          .filter((it) => parseFloat(getComputedStyle(it).fontSize) < 14)
                          .map((it) => it.outerHTML);
                        """));
        assertEquals(List.of(), browser.run("""
                        return [...document.querySelectorAll("button")]
                          .map((it) => it.getBoundingClientRect())
                          .filter((it) => it.width < 40 || it.height < 40 || it.right > innerWidth)
                          .map((it) => JSON.stringify(it));
                        """));
        for (String chart : CHARTS) {
            long chartWidth = browser.number(
                    "return document.querySelector(`#${arguments[0]} canvas`).getBoundingClientRect().width", chart);
            assertTrue(chartWidth > 0.75 * width && chartWidth <= width, chart + " is " + chartWidth + " wide");
        }
    }

    @Test
    void theKeyboardReachesEverything() throws Exception {
        open();
        browser.pressTab();
        assertEquals("a.skip", browser.focused());
        assertTrue((Boolean) browser.run("return document.activeElement.getBoundingClientRect().top >= 0"));
        assertFocusIsVisible();
        browser.press(Keys.ENTER);
        assertEquals("main#charts", browser.focused());
        browser.pressTab();
        assertEquals("summary", browser.focused());
        browser.press(Keys.ENTER);
        browser.await("the table stays shut", "return document.querySelector('#memory details').open");
        browser.open(ashlar.server().url() + "/dashboard");
        browser.pressTab();
        browser.pressTab();
        assertEquals("button#pause", browser.focused());
        assertFocusIsVisible();
        browser.pressTab();
        assertEquals("button#dark", browser.focused());
    }

    private void assertFocusIsVisible() {
        assertNotEquals("none", browser.run("return getComputedStyle(document.activeElement).outlineStyle"));
    }

    @Test
    void theThemeIsTheSystemsUntilTheButtonIsPressedAndThenStays() throws Exception {
        String dark = "return document.querySelector('#dark').ariaPressed === 'true'"
                + " && getComputedStyle(document.body).backgroundColor === 'rgb(13, 17, 23)'";
        open();
        assertEquals(false, browser.run(dark));
        browser.emulate(DESKTOP, 900, true);
        browser.await("it stays light", dark);
        browser.emulate(DESKTOP, 900, false);
        browser.await("it stays dark", dark.replace("return ", "return !(") + ")");
        browser.run("document.querySelector('#dark').focus(); return true");
        browser.press(Keys.SPACE);
        browser.await("the button does nothing", dark);
        open();
        assertEquals(true, browser.run(dark));
    }

    /** While half of the last quarter of the limit is free the page comes in its turn. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pressureIsSaidAndItsMarkDrawn(boolean dark) throws Exception {
        browser.emulate(DESKTOP, 900, dark);
        AshlarByteBufAllocator pressed =
                AshlarByteBufAllocator.builder().name("pressed").limit(64 << 20).build();
        try (Contender server = Contender.serving(pressed, 0, false)) {
            open(server.server().url());
            assertEquals("No pressure", browser.text("#pressure"));
            ByteBuf half = pressed.directBuffer(34 << 20);
            ByteBuf held = pressed.directBuffer(15 << 20);
            browser.await(
                    "it says nothing", "return document.querySelector('#pressure').textContent === 'Under pressure'");
            assertEquals("status", browser.run("return document.querySelector('#pressure').role"));
            String sentence = browser.text("#memory-sentence");
            assertTrue(sentence.contains("it begins at 48 MiB used and ends at 40 MiB; 1 times so far"), sentence);
            browser.await("no mark", PIXELS.replace("return count;", "return count >= 20;"), "memory", "orange");
            assertNothingViolated();
            held.release();
            half.release();
            browser.await(
                    "it goes on saying it", "return document.querySelector('#pressure').textContent === 'No pressure'");
        }
    }

    /** Three seconds: 10 requests of which the page knows nothing more, then 100 that took up to 1 ms and up to 2 ms, then none. */
    @Test
    void ratesAndLatenciesFollowFromTwoSnapshots() throws Exception {
        open();
        Object found = browser.driver().executeAsyncScript("""
                const done = arguments[0];
                const snapshot = (second, allocations, fast, all) => ({
                  nanos: second * 1e9,
                  counts: { allocations, frees: 0, remoteFrees: 0 },
                  latency: { count: all, buckets: [{ upTo: 1e6, count: fast }, { upTo: 2e6, count: all }] },
                });
                import("/dashboard/history.js").then(({ History }) => {
                  const history = new History();
                  const seen = [];
                  for (const its of [snapshot(1, 50, 10, 10), snapshot(3, 250, 60, 110), snapshot(10, 250, 60, 110), snapshot(11, 0, 0, 0)]) {
                    history.add(its);
                    const { rates, p50, p99 } = history.last;
                    seen.push([rates?.allocations, rates?.requests, p50, p99].map(String).join(" "));
                  }
                  done(seen);
                });
                """);
        String nothing = "undefined undefined undefined undefined";
        assertEquals(List.of(nothing, "100 50 1000000 1980000", "0 0 undefined undefined", nothing), found);
    }

    @Test
    void nothingMovesForWhoWantsNoMotion() throws Exception {
        open();
        assertEquals("0s", browser.run("return getComputedStyle(document.querySelector('button')).transitionDuration"));
        assertEquals(
                List.of(false, false, false, false, false, false),
                browser.run("return [...document.querySelectorAll('.chart')]"
                        + ".map((it) => echarts.getInstanceByDom(it).getOption().animation)"));
    }

    @Test
    void aPauseLasts() throws Exception {
        open();
        browser.run("document.querySelector('#pause').click(); return true");
        Thread.sleep(1_000); // what had been asked for is there
        String fetched =
                "return performance.getEntriesByType('resource').filter((it) => it.name.endsWith('/data')).length";
        String now = browser.text("main");
        long before = browser.number(fetched);
        Thread.sleep(3_000);
        assertEquals(before, browser.number(fetched));
        assertEquals(now, browser.text("main"));
        assertTrue(browser.text("#updated").startsWith("Paused at "));
        browser.run("document.querySelector('#pause').click(); return true");
        browser.await("it does not go on", fetched.replace("return ", "return ") + " > arguments[0]", before);
    }

    @Test
    void aLostServerIsSaidOnceAndAnAnswerEndsIt() throws Exception {
        Contender first = Contender.serving(0, false);
        String url = first.server().url();
        int port = first.server().address().getPort();
        try {
            open(url);
            assertEquals("", browser.text("#notice"));
        } finally {
            first.close();
        }
        browser.await(
                "no notice",
                "return document.querySelector('#notice').textContent.startsWith('The server has not answered')");
        assertEquals("status", browser.run("return document.querySelector('#notice').role"));
        String notice = browser.text("#notice");
        Thread.sleep(2_500);
        assertEquals(notice, browser.text("#notice"));
        try (Contender second = Contender.serving(port, false)) {
            assertEquals(url, second.server().url());
            browser.await(
                    "no good news",
                    "return document.querySelector('#notice').textContent === 'The server answers again.'");
            browser.await("good news stay", "return document.querySelector('#notice').textContent === ''");
            awaitChange("the time", "document.querySelector('#updated').textContent");
        }
        List<String> console = browser.console();
        assertFalse(console.isEmpty(), "nothing has failed");
        for (String line : console) {
            assertTrue(line.contains("Failed to load resource: net::ERR_"), line);
        }
    }

    /**
     * Writes what the page looks like into the build's folder. With {@code -Dashlar.pictures=true} it waits until the charts are full, and replaces
     * the pictures of the documentation.
     */
    @Test
    void itHasItsPictureTaken() throws Exception {
        boolean forTheDocumentation = Boolean.getBoolean("ashlar.pictures");
        open();
        Thread.sleep(forTheDocumentation ? 92_000 : 3_000);
        Path folder = forTheDocumentation ? Path.of("pictures") : Path.of("target", "pictures");
        Files.createDirectories(folder);
        byte[] desktop = browser.picture(DESKTOP, false);
        byte[] dark = browser.picture(DESKTOP, true);
        byte[] phone = browser.picture(PHONE, false);
        Files.write(folder.resolve("dashboard-desktop.png"), desktop);
        Files.write(folder.resolve("dashboard-dark.png"), dark);
        Files.write(folder.resolve("dashboard-phone.png"), phone);
        for (byte[] picture : List.of(desktop, dark, phone)) {
            assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, Arrays.copyOf(picture, 4));
            assertTrue(picture.length < 300_000, "a picture has " + picture.length + " bytes");
        }
    }
}
