/** How the site looks and speaks in this browser. */
import type { VNode } from "preact";
import { THEME_CHOICES, type ThemeChoice } from "../../state/address.ts";
import { choose, LANGUAGES, type Language, language } from "../../state/language.ts";
import { useSite } from "../site.ts";
import { common } from "../strings/common.ts";
import { preferences } from "../strings/settings.ts";
import { Choice } from "../ui/ui.tsx";

const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };
const THEME_NAMES: Record<ThemeChoice, () => string> = {
  auto: common.themeAuto,
  light: common.themeLight,
  dark: common.themeDark,
};

export function Preferences(): VNode {
  const site = useSite();
  return (
    <div class="settings-part">
      <p class="field-hint">{preferences.advice()}</p>
      <Choice
        label={common.language()}
        value={language.value}
        options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        onChoice={choose}
      />
      <Choice
        label={common.theme()}
        value={site.theme.choice.value}
        options={THEME_CHOICES.map((value) => ({ value, label: THEME_NAMES[value]() }))}
        onChoice={(choice) => site.chooseTheme(choice)}
      />
    </div>
  );
}
