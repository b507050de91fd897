; Python. The sections are described in common/syntax/querySource.ts.

;; definitions
(class_definition name: (_) @name body: (_) @body) @definition.class
(function_definition name: (_) @name body: (_) @body) @definition.function
(type_alias_statement left: (type (identifier) @name)) @definition.type
(decorated_definition definition: (_) @wrapped) @wrapper

;; values
(module (expression_statement (assignment left: (identifier) @name)) @definition.variable)
(ERROR (expression_statement (assignment left: (identifier) @name)) @definition.variable)
(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @definition.field))
(assignment left: (attribute object: (identifier) @owner attribute: (identifier) @name)) @definition.field

;; references
(identifier) @reference
(attribute object: (_) @receiver attribute: (identifier) @reference)
(class_definition name: (_) @declared)
(function_definition name: (_) @declared)
(assignment left: (identifier) @declared)
(pattern_list (identifier) @declared)
(for_statement left: (identifier) @declared)
(for_in_clause left: (identifier) @declared)
(as_pattern_target (identifier) @declared)
(parameters (identifier) @declared)
(lambda_parameters (identifier) @declared)
(typed_parameter . (identifier) @declared)
(default_parameter name: (identifier) @declared)
(typed_default_parameter name: (identifier) @declared)
(list_splat_pattern (identifier) @declared)
(dictionary_splat_pattern (identifier) @declared)
(keyword_argument name: (identifier) @declared)
(import_statement (dotted_name (identifier) @declared))
(import_from_statement (dotted_name (identifier) @declared))
(future_import_statement (dotted_name (identifier) @declared))
(aliased_import (dotted_name (identifier) @declared))
(aliased_import (identifier) @declared)
(relative_import (dotted_name (identifier) @declared))

;; imports
(import_statement name: (dotted_name) @import @import.module @import.local)
(import_statement name: (dotted_name) @import.everything)
(import_statement name: (aliased_import name: (_) @import.module alias: (_) @import.local) @import @import.everything)
(import_from_statement module_name: (_) @import.module) @import
(import_from_statement name: (dotted_name) @import.name)
(import_from_statement name: (aliased_import name: (_) @import.name alias: (_) @import.alias))
(import_from_statement (wildcard_import) @import.everything)

;; outline
(function_definition body: (block) @elided)

;; regions
(comment) @comment
(string) @string
(expression_statement . (string) @comment)
(interpolation) @substitution
