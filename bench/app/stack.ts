/* What calls take of XS's stack. */

import { print } from "host";
import { measureStack } from "../../tests/support/stack-calls.ts";

print(JSON.stringify(measureStack()));
