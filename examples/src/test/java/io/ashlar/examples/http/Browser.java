// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, with a profile of its own that is gone when it is closed. */
final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path profile;
    private final ChromeDriver driver;

    Browser() throws IOException {
        File chromium = onPath("chromium", "chromium");
        File chromedriver = onPath("chromedriver", "chromium-driver");
        profile = Files.createTempDirectory("ashlar-browser");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium);
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
                "--lang=en-GB",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        // With the path set, Selenium looks for no driver, and downloads none.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver)
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
    }

    private static File onPath(String program, String debianPackage) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator))
                .map(folder -> new File(folder, program))
                .filter(File::canExecute)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(program + " is not on the PATH=" + path
                        + ": install it, on Debian with the package " + debianPackage));
    }

    ChromeDriver driver() {
        return driver;
    }

    void open(String url) {
        driver.get(url);
    }

    /** Looks like a window, or a telephone, of this width, with light or dark colours. */
    void emulate(int width, int height, boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** The result of a script, which has to return one. */
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    String text(String selector) {
        return (String) run("return document.querySelector(arguments[0]).textContent", selector);
    }

    long number(String script, Object... arguments) {
        return ((Number) run(script, arguments)).longValue();
    }

    void press(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    void pressTab() {
        press(Keys.TAB);
    }

    /** The selector-like name of the element that has the focus: {@code button#dark}. */
    String focused() {
        return (String)
                run(
                        "const it = document.activeElement;"
                                + "return it.tagName.toLowerCase() + (it.id ? '#' + it.id : '') + (it.className ? '.' + it.className : '')");
    }

    /** Waits, for a minute at the most, until a script returns true. */
    void await(String what, String script, Object... arguments) throws InterruptedException {
        for (int i = 0; i < 600 && !Boolean.TRUE.equals(run(script, arguments)); i++) {
            Thread.sleep(100);
        }
        assertTrue(Boolean.TRUE.equals(run(script, arguments)), () -> what + "; the page says: " + text("body"));
    }

    /** What the console has said since this was asked last. */
    List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::toString)
                .toList();
    }

    /** The addresses that pages have asked for since this was asked last; not the browser's own start page. */
    List<String> requests() throws IOException {
        List<String> urls = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            JsonNode message = JSON.readTree(entry.getMessage()).get("message");
            if (message.get("method").textValue().equals("Network.requestWillBeSent")) {
                JsonNode params = message.get("params");
                if (params.get("documentURL").textValue().startsWith("http")) {
                    urls.add(params.get("request").get("url").textValue());
                }
            }
        }
        return urls;
    }

    /** A picture of the whole page, as a PNG. */
    byte[] picture(int width, boolean dark) throws InterruptedException {
        emulate(width, 900, dark);
        settle();
        emulate(width, (int) number("return document.documentElement.scrollHeight"), dark);
        settle();
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** Lets the page see its new size, and draw once more. */
    private static void settle() throws InterruptedException {
        Thread.sleep(1_500);
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (UncheckedIOException e) {
            // A file is gone before it was looked at: the browser tidies up, too.
        }
    }
}
