// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes PromQL apart, no further than the tests need. */
final class Expressions {

    private static final Pattern NAME = Pattern.compile("\\bashlar[_:][a-zA-Z0-9_:]+");
    private static final Pattern AND = Pattern.compile("\\band\\b");
    private static final Pattern COMPARISON = Pattern.compile("[<>]=?|[=!]=");
    private static final Pattern OFFSET = Pattern.compile("\\boffset \\w+");

    private Expressions() {}

    /** The names of Ashlar's metrics in an expression. */
    static Set<String> names(String expression) {
        Set<String> names = new LinkedHashSet<>();
        Matcher matcher = NAME.matcher(expression);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }

    /**
     * What an alert compares with its thresholds: what stands left of each comparison that is in no parentheses, and as it is now where the alert looks back.
     */
    static List<String> measured(String alert) {
        List<String> measured = new ArrayList<>();
        for (String condition : outside(alert, AND)) {
            String left = outside(condition, COMPARISON).get(0);
            measured.add(OFFSET.matcher(left).replaceAll("").strip());
        }
        return measured;
    }

    /** Splits where the pattern matches outside of parentheses. */
    private static List<String> outside(String expression, Pattern separator) {
        List<String> parts = new ArrayList<>();
        Matcher matcher = separator.matcher(expression);
        int start = 0;
        while (matcher.find()) {
            if (depth(expression.substring(0, matcher.start())) == 0) {
                parts.add(expression.substring(start, matcher.start()));
                start = matcher.end();
            }
        }
        parts.add(expression.substring(start));
        return parts;
    }

    private static int depth(String before) {
        int depth = 0;
        for (char c : before.toCharArray()) {
            depth += switch (c) {
                case '(', '{', '[' -> 1;
                case ')', '}', ']' -> -1;
                default -> 0;
            };
        }
        return depth;
    }
}
