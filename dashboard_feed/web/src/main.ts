import { decideInPlace } from "./decide";
import { followFilters } from "./filters";
import { goLive } from "./live";
import { drawPlot } from "./plot";

// Everything can be read, and decided, without any of this.
followFilters();
decideInPlace();
goLive();
void drawPlot().catch(() => undefined);
