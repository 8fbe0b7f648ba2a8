/** Whole-system suites, and the rules that every module keeps. */
@NullMarked
package io.ostraka.it;

import org.jspecify.annotations.NullMarked;
