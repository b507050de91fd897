; JavaScript and JSX, on top of ecmascript.scm.

;; definitions
(field_definition property: (_) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value) @definition.method

;; values
(field_definition property: (_) @name) @definition.field
(assignment_expression left: (member_expression object: (this) @owner property: (_) @name)) @definition.field

;; references
(formal_parameters (identifier) @declared)
