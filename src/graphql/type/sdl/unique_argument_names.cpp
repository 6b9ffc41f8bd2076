#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

/// The arguments given to a directive.
void check_unique_argument_names(const SdlContext& context) {
  for (const DirectiveSite& site : context.parts.sites)
    for (const Directive& directive : *site.directives) {
      UniqueNames unique(context.report);
      for (const Argument& argument : directive.arguments)
        unique.add(argument.name.text, argument.name.begin,
                   [&argument] { return fmt::format("There can be only one argument named \"{}\".", argument.name.text); });
    }
}

}  // namespace millrace::graphql
