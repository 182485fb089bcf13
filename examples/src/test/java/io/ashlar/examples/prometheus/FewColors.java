// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Makes a picture smaller: of its colours the most frequent stay, and each other becomes the nearest of these. */
final class FewColors {

    private static final int COLORS = 256;
    /** How different two colours are that both stay: the sum of the squares of the differences of red, green and blue. */
    private static final int APART = 80;

    private static final int BITS = 8;
    private static final int MASK = 0xFF;
    private static final int RGB = 0xFFFFFF;

    private FewColors() {}

    /**
     * The same picture in 256 colours.
     *
     * @param png a PNG
     * @return a PNG
     */
    static byte[] of(byte[] png) throws IOException {
        BufferedImage from = ImageIO.read(new ByteArrayInputStream(png));
        int[] pixels = from.getRGB(0, 0, from.getWidth(), from.getHeight(), null, 0, from.getWidth());
        List<Integer> kept = mostFrequent(pixels);
        BufferedImage to =
                new BufferedImage(from.getWidth(), from.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, colorModel(kept));
        Map<Integer, Integer> nearest = new HashMap<>();
        int[] row = new int[from.getWidth()];
        for (int y = 0; y < from.getHeight(); y++) {
            for (int x = 0; x < row.length; x++) {
                row[x] = nearest.computeIfAbsent(pixels[y * row.length + x] & RGB, color -> nearest(color, kept));
            }
            to.getRaster().setPixels(0, y, row.length, 1, row);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(to, "png", out);
        return out.toByteArray();
    }

    /** Of those that look alike, one: so that some are left for what is small. */
    private static List<Integer> mostFrequent(int[] pixels) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int pixel : pixels) {
            counts.merge(pixel & RGB, 1, Integer::sum);
        }
        List<Integer> frequent = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < frequent.size() && kept.size() < COLORS; i++) {
            int color = frequent.get(i);
            if (kept.stream().allMatch(other -> distance(color, other) >= APART)) {
                kept.add(color);
            }
        }
        return kept;
    }

    private static IndexColorModel colorModel(List<Integer> colors) {
        int[] all = colors.stream().mapToInt(color -> color).toArray();
        return new IndexColorModel(BITS, all.length, all, 0, false, -1, DataBuffer.TYPE_BYTE);
    }

    private static int nearest(int color, List<Integer> kept) {
        int nearest = 0;
        for (int i = 1; i < kept.size(); i++) {
            if (distance(color, kept.get(i)) < distance(color, kept.get(nearest))) {
                nearest = i;
            }
        }
        return nearest;
    }

    private static int distance(int a, int b) {
        int distance = 0;
        for (int shift = 0; shift < 3 * BITS; shift += BITS) {
            int difference = (a >> shift & MASK) - (b >> shift & MASK);
            distance += difference * difference;
        }
        return distance;
    }
}
