/** What {@link io.ostraka.client.OstrakaAdmin} takes and gives. */
@NullMarked
package io.ostraka.client.admin;

import org.jspecify.annotations.NullMarked;
