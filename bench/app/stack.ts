/* Measures how much of XS's stack calls take. */

import { print } from "host";
import { measureStack } from "../../tests/support/stack-calls.ts";

print(JSON.stringify(measureStack()));
