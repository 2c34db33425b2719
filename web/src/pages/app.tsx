/** The page application. */
import { render } from "preact";

render(<p>Carrel</p>, document.body);
