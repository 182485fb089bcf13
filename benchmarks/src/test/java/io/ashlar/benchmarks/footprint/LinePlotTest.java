// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.benchmarks.footprint.LinePlot.Point;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Whether a plot is a picture, shows the points where they belong, and can be read. */
class LinePlotTest {

    private static NodeList elements(String svg, String name) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName(name);
    }

    private static LinePlot plot(double... lastFigures) {
        LinePlot plot = new LinePlot("title");
        for (int i = 0; i < lastFigures.length; i++) {
            plot.add("line-" + i, List.of(new Point(0, 0), new Point(10, lastFigures[i])));
        }
        return plot;
    }

    private static List<Double> heightsOfLabels(String svg) throws Exception {
        List<Double> heights = new ArrayList<>();
        NodeList texts = elements(svg, "text");
        for (int i = 0; i < texts.getLength(); i++) {
            Element text = (Element) texts.item(i);
            if (text.getTextContent().startsWith("line-")) {
                heights.add(Double.parseDouble(text.getAttribute("y")));
            }
        }
        return heights;
    }

    @Test
    void pointsLieWhereTheScalesSay() throws Exception {
        String svg = LinePlot.picture("s", List.of(plot(100, 50)));
        NodeList lines = elements(svg, "polyline");
        assertEquals("0.0,220.0 690.0,0.0", ((Element) lines.item(0)).getAttribute("points"));
        assertEquals("0.0,220.0 690.0,110.0", ((Element) lines.item(1)).getAttribute("points"));
    }

    @Test
    void labelsDoNotLieOnOneAnother() throws Exception {
        for (double[] ends : new double[][] {{0, 0, 0, 100}, {100, 100, 99, 98}, {50, 51, 49, 100}}) {
            List<Double> heights = heightsOfLabels(LinePlot.picture("s", List.of(plot(ends))));
            assertEquals(ends.length, heights.size());
            heights.sort(null);
            for (int i = 1; i < heights.size(); i++) {
                assertTrue(heights.get(i) - heights.get(i - 1) >= 15, heights::toString);
            }
            assertTrue(heights.get(0) >= 0 && heights.get(heights.size() - 1) <= 224, heights::toString);
        }
    }

    @Test
    void aDecimalCommaDoesNotGetIntoThePicture() throws Exception {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            String points = ((Element) elements(LinePlot.picture("s", List.of(plot(1, 2))), "polyline")
                            .item(0))
                    .getAttribute("points");
            assertEquals("0.0,220.0 690.0,110.0", points);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aTargetIsDrawnAtItsHeight() throws Exception {
        LinePlot plot = plot(100);
        plot.target(5, 25);
        NodeList lines = elements(LinePlot.picture("s", List.of(plot)), "line");
        Element last = (Element) lines.item(lines.getLength() - 1);
        assertEquals("345.0", last.getAttribute("x1"));
        assertEquals("165.0", last.getAttribute("y1"));
    }

    @Test
    void scalesEndWithRoundFigures() {
        assertArrayEquals(
                new double[] {-5, 0, 5, 10, 15, 20, 25, 30},
                Scale.of(new double[] {-4.9, 30.003}).ticks());
        assertArrayEquals(
                new double[] {0, 100, 200, 300, 400, 500, 600, 700},
                Scale.of(new double[] {12, 630}).ticks());
        assertArrayEquals(
                new double[] {0, 0.2, 0.4}, Scale.of(new double[] {0.3}).ticks(), 1e-9);
    }
}
