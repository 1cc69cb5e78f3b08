# APP_CHECK_CFLAG(FLAG): add FLAG to APP_CFLAGS if the compiler takes it.
# -Werror while asking, because clang only warns of a flag it does not know.
AC_DEFUN([APP_CHECK_CFLAG], [
	AS_VAR_PUSHDEF([cache], [app_cv_cflag_$1])
	AC_CACHE_CHECK([whether $CC takes $1], [cache], [
		app_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror $1"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
		    [AS_VAR_SET([cache], [yes])],
		    [AS_VAR_SET([cache], [no])])
		CFLAGS=$app_save_CFLAGS
	])
	AS_VAR_IF([cache], [yes], [APP_CFLAGS="$APP_CFLAGS $1"])
	AS_VAR_POPDEF([cache])
])

# APP_CHECK_LDFLAG(FLAG): the same for the linker and APP_LDFLAGS.
AC_DEFUN([APP_CHECK_LDFLAG], [
	AS_VAR_PUSHDEF([cache], [app_cv_ldflag_$1])
	AC_CACHE_CHECK([whether the linker takes $1], [cache], [
		app_save_LDFLAGS=$LDFLAGS
		app_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS -Werror -fPIE"
		LDFLAGS="$LDFLAGS $1"
		AC_LINK_IFELSE([AC_LANG_PROGRAM()],
		    [AS_VAR_SET([cache], [yes])],
		    [AS_VAR_SET([cache], [no])])
		LDFLAGS=$app_save_LDFLAGS
		CFLAGS=$app_save_CFLAGS
	])
	AS_VAR_IF([cache], [yes], [APP_LDFLAGS="$APP_LDFLAGS $1"])
	AS_VAR_POPDEF([cache])
])
